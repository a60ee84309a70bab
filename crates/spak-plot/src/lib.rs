//! Pictures of spaces, predictions and results.
