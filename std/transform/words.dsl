// What people call what goals are about, in English and Korean: phrases in any order and with any hyphens, small or large letters.
// The longest phrase that fits counts. Names of machines are those of "std/hardware".
system Transform_Words {
    goal_words operator {
        attention_forward: ["FMHA", "fused multi-head attention", "multi-head attention", "flash attention", "fused attention", "attention forward", "attention", "어텐션", "플래시 어텐션", "주의 집중"]
        attention_backward: ["attention backward", "backward of attention", "gradients of attention", "어텐션 역전파"]
        attention_decode: ["decode attention", "attention decode", "flash decoding", "디코드 어텐션"]
        matmul: ["matmul", "GEMM", "matrix multiplication", "matrix product", "행렬 곱", "행렬곱", "행렬 곱셈"]
        linear: ["linear layer", "fully connected layer", "선형 계층"]
        softmax: ["softmax", "소프트맥스"]
        rms_norm: ["RMSNorm", "RMS norm", "root mean square normalization"]
        layer_norm: ["LayerNorm", "layer norm", "layer normalization", "레이어 정규화", "계층 정규화"]
        swiglu: ["SwiGLU"]
        rope: ["RoPE", "rotary embedding", "rotary position embedding", "회전 위치 임베딩"]
        cross_entropy: ["cross entropy", "교차 엔트로피"]
    }

    goal_words objective {
        "maximize tflops": ["maximum performance", "max performance", "best performance", "highest performance", "highest throughput", "maximum throughput", "as fast as possible", "fastest", "fast", "throughput", "TFLOPS", "최대 성능", "최고 성능", "최대 처리량", "가장 빠른", "빠른"]
        "minimize time": ["lowest latency", "minimum latency", "low latency", "latency", "최소 지연", "지연 시간", "지연"]
        "minimize energy": ["least energy", "lowest energy", "energy efficient", "energy", "최소 에너지", "에너지"]
    }

    goal_words uses {
        tma: ["TMA", "tensor memory accelerator", "bulk copies", "copy engine", "텐서 메모리 가속기"]
        tensor_cores: ["tensor cores", "tensor core", "matrix units", "텐서 코어"]
        clusters: ["thread block clusters", "clusters", "클러스터"]
        persistent: ["persistent", "persistent kernel", "상주 커널"]
        exp2: ["exp2", "base 2 exponentials"]
    }

    goal_words field {
        "causal true": ["causal", "causal mask", "인과", "인과적", "코잘"]
        "causal false": ["full attention", "bidirectional", "양방향"]
        "dtype \"bf16\"": ["bf16", "bfloat16"]
        "dtype \"f16\"": ["fp16", "f16", "float16", "half precision", "반정밀도"]
        "dtype \"f32\"": ["fp32", "f32", "float32", "single precision", "단정밀도"]
        "dtype \"f8e4m3\"": ["fp8", "f8", "e4m3"]
    }

    goal_words size {
        head_dim: ["head dim", "head dimension", "head size", "D", "헤드 차원"]
        seq_len: ["sequence length", "seq len", "context length", "sequences of", "S", "시퀀스 길이", "문맥 길이"]
        num_heads: ["heads", "query heads", "헤드", "헤드 수"]
        num_kv_heads: ["kv heads", "key value heads", "KV 헤드"]
        batch: ["batch", "batch size", "B", "배치", "배치 크기"]
        m: ["M"]
        n: ["N"]
        k: ["K"]
    }

    goal_words limit {
        shared_memory: ["shared memory", "smem", "공유 메모리"]
        registers: ["registers", "register file", "레지스터"]
    }

    goal_words not {
        not: ["without", "no", "not", "avoid", "없이", "제외하고"]
    }

    goal_words nothing {
        nothing: ["generate", "create", "make", "write", "design", "build", "optimize", "tune", "transform", "a", "an", "the", "kernel", "kernels", "with", "on", "for", "using", "use", "of", "in", "and", "at", "most", "to", "that", "is", "gpu", "please", "want", "i", "need", "limit", "under", "within", "which", "uses", "has", "have", "by", "length", "커널", "커널을", "생성", "생성하라", "생성해", "생성해줘", "만들어", "만들어줘", "만들어라", "작성", "작성하라", "설계", "사용", "사용하여", "사용해", "사용해서", "사용하는", "이용", "이용해", "이용하여", "활용", "활용하여", "위한", "대한", "및", "그리고", "이하", "최적화", "최적화하라", "최적화된", "가지는", "갖는", "가진"]
    }

    goal_words endings {
        korean: ["의", "을", "를", "에서", "에", "으로", "로", "이", "가", "은", "는", "와", "과", "도", "용", "하라", "해", "하여", "하는", "된", "이며", "인", "만", "까지", "하고", "해서", "기반", "상에서"]
    }
}
