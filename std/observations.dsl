// What the loop observes when a design has no trace_schema of its own.
system Observations {
    trace_schema {
        variant TraceItem {
            case Performance {
                step_name: string
                tflops: float
                median_ns: int
                speedup: float        // over the seed of the design
            }
            case Correctness {
                step_name: string
                passed: bool
                max_error: float
            }
            case Rejection {
                step_name: string
                stage: string
                reason: string
            }
        }
    }
}
