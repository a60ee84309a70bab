//! The loop over a design: specify, program, measure, analyse, learn.
