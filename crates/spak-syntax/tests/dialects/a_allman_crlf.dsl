// Written on Windows: byte order mark, CRLF, tabs, braces on their own lines.
system LayerNorm_System
{
	design_space
	{
		variance_scheme: ["two_pass", "welford"],
		affine: [true, false],	// gamma and beta
		accum_dtype: [
			"f32",
			"f64",
		],
	}

	tuning_space
	{
		block_size: [128, 256, 512,
			1024, 2048]
		vector_width: [1, 2, 4, 8];
	}

	knowledge
	{
		rule "Row fits"
		{
			when: "cols <= block_size"
			// the comment stands between the keys

			apply: "persistent = true"
		}
		/* a block comment
		   over two lines */
		fact	welford_slower	{
			description	: "welford is 8% slower for cols < 1024"
			confidence	: 0.7
		}
		invariant Mean_Zero { assert: "abs(mean(y)) < 1e-5" }
	}

	engineering_loop Sweep
	{
		parameter block_size : [128, 256]
		measure
		{
			cmd: "bench.exe --block {{block_size}}"
			metric: "gbps", objective: "maximize"
		}
	}

	service_loop Serve
	{
		on request(rows: int, cols: int)
		{
			choose config where cols <= block_size
			emit Config
		}
		on failure { emit "fallback" }
	}

	build
	{
		artifact "layernorm.cu"
		{
			generator: "spak generate"
		}
	}
}
