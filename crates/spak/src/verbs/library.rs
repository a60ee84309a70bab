//! The libraries that come with the program, imported by name.

/// The text of the library called `name` (`std/hardware/cpu`).
pub(crate) fn find(name: &str) -> Option<&'static str> {
    LIBRARIES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Every library: name and text.
pub(crate) const LIBRARIES: &[(&str, &str)] = &[
    ("std/observations", include_str!("../../../../std/observations.dsl")),
    ("std/hardware/nvidia", include_str!("../../../../std/hardware/nvidia.dsl")),
];
