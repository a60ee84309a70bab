//! What the front end makes of sources of CUDA C++.

mod hostile;
mod kernels;
mod launches;
mod published;
mod support;
