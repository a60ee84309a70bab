system LoopLM_Project {

    objective:
        "Show that reasoning comes from iteration
         and not from parameters"

    hardware:
        gpu: H200_141GB
        host: 2x EPYC 9554
        kernel_backend: cuTile, Triton
        bandwidth: 4.8 TB/s

    layers:
        L0: kernels/README.dsl
        L1: operators/README.dsl
        L2: model/README.dsl
        L3: training/README.dsl
        L4: experiments/README.dsl

    global_assumption:
        intelligence = convergence_of_internal_state
        not = single_pass_prediction

    success_condition:
        OOD performance improves with allowed iteration depth
        and: training stays stable

    failure_condition:
        accuracy(12) == accuracy(4) at every depth

    glossary {
        step: "one application of F"
        depth: "number of steps"   # not layers
    }

    todo:
        - measure halting
        - [ ] seeds 3, 4
        - [x] reversed digits
        * ask: who owns the data?
        TODO(min): check `λ = 0.1`

}
