// What was measured on devices: facts with their conditions, not data-sheet values.
//
// `hardware` names the record a fact speaks of; its other fields are named like that record's. Predictions
// take them for their estimate, never for a bound.
system MeasuredDevices {
    knowledge {
        fact H200_sustained {
            hardware: "H200"
            bf16_rate: 790 TFLOPS
            memory_bandwidth: 4.3 TB/s
            source: "one H200, driver 580, CUDA 13.0: bf16 matrix product of random data through PyTorch 2.11 (8192 cubed reached 743 TFLOPS in cuBLAS); device-to-device copy, bytes read and written; medians of device-event times, two runs differ by up to 3 percent"
        }
    }
}
