//! What `spak report` says of the pages that it rendered.

use serde::{Deserialize, Serialize};

/// Result of `spak report`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PagesReport {
    /// The pages in the order in which they were named.
    pub pages: Vec<RenderedPage>,
}

/// A page and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RenderedPage {
    /// The template as the user named it.
    pub template: String,
    /// Where the page is.
    pub page: String,
    /// What came of it.
    pub state: PageState,
    /// Figures on it, each with a link to its trace.
    pub figures: u64,
    /// The traces that these come from, as the page names them.
    pub traces: Vec<String>,
    /// What is wrong with it.
    pub problems: Vec<PageProblem>,
    /// Where the page that is there begins to be another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<PageDifference>,
}

/// What came of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PageState {
    /// It was written.
    Written,
    /// It was what it would be already.
    Unchanged,
    /// It is not what the template renders to, and was left alone (`--check`).
    Different,
    /// It is right, and was not written because another page has a problem.
    Held,
    /// It has problems, and was not written.
    Failed,
}

/// Something that is wrong with a page.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct PageProblem {
    /// The file with the place: the template, or what it includes.
    pub file: String,
    /// Line, from 1.
    pub line: u64,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The number, if it is one that comes from nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// The first line in which two texts of a page differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PageDifference {
    /// Line, from 1.
    pub line: u64,
    /// The line of the page that is there; absent if it ends before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    /// The line that the template renders to; absent if it ends before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered: Option<String>,
}
