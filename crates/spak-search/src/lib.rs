//! Search strategies behind one ask/tell interface, replayed on recorded spaces and scored.
