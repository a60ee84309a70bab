//! Pages from traces: Markdown templates in which every number is a link to the lines that it comes from, and in
//! which no other number may stand.

mod compared;
mod figure;
mod functions;
mod ledger;
mod markdown;
mod marks;
mod numbers;
mod page;
mod traced;
mod tried;
mod workload;

pub use page::{Files, Page, Template, render};
