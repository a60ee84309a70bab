//! What sources mean, seen through the graph.

mod device;
mod host;
mod hostile;
mod support;
mod triton;
