//! What sources mean, seen through the graph.

mod device;
mod host;
mod hostile;
mod remarks;
mod support;
mod triton;
