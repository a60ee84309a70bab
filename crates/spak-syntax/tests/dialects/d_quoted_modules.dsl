import "shapes.dsl" as Shapes;
import 'ops.dsl';
import { Norm, Attn } from "lib/blocks.dsl";

system "TinyLM" {
    version: "0.3";
    description: "A decoder; each statement ends with a semicolon.";
    dims: { B: 8; T: 1024; D: 768; };

    module "Embedding" {
        inputs: { tok: "int64[B,T]" };
        outputs: { x: "f16[B,T,D]" };
        op "lookup" { kind: gather; table: "wte"; };
        op "position" { kind: add; table: "wpe" };
    }

    module "Block" repeat 12 {
        op "norm1" { kind: layernorm; eps: 1e-5; }
        op "attn" {
            kind: "fmha";
            config: { tile_m: 64; tile_n: 64; causal: true };
            notes: "uses exp2; see 'fmha.dsl'";
        };
        op "mlp" { kind: chain; steps: ["fc", "gelu", "proj"]; };
        connect "norm1" -> "attn" -> "mlp";
    }

    components {
        "Embedding": 1;
        "Block": 12;
    }

    trace "Forward" {
        1: "tok -> Embedding -> x0";
        2: "for l in 0..11: x[l+1] = Block(x[l])";
        3: "logits = x[12] @ wte.T";
    }

    trace "Backward" {
        1: "dlogits";   2: "dx";   3: "dθ";
    }

    rules {
        "no bias in norm": true;
        "tie weights": { from: "wte"; to: "lm_head" };
    }

    Operator Norm(x, θ):
        mean = sum(x) / D;
        return (x - mean) / σ;
}

test "shapes" { assert "x0.shape == (8, 1024, 768)"; expect: pass; }
