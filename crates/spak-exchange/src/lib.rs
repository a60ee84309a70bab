//! Tuning spaces and results in the formats of other tools, such as T1 and T4 of Kernel Tuner.
