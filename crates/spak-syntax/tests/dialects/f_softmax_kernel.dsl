system SoftmaxKernels {

    kernel OnlineSoftmax {
      # Procedure: row softmax in one pass
      # Input: X[M][N]
      # Output: Y[M][N]

      grid: (cdiv(M, TILE_M), 1, 1)
      block: 256 threads

      procedure online_softmax:
          # each block owns TILE_M rows
          row = blockIdx.x * TILE_M

          m_i = -inf
          l_i = 0.0

          for j in 0..cdiv(N, TILE_N)-1:
              x = load(X[row, j], mask=j*TILE_N < N, other=-1e20)
              m_new = max(m_i, rowmax(x))
              p = exp2((x - m_new) * LOG2E)
              l_i = l_i * exp2(m_i - m_new) + rowsum(p)
              m_i = m_new

          # second sweep
          for j in 0..cdiv(N, TILE_N)-1:
              if j * TILE_N >= N: break
              store(Y[row, j], p / l_i)
          return

      procedure naive_softmax(X, Y):
          S = load(X)
          S -= rowmax(S); P = exp(S)
          Y[:] = P / rowsum(P)
    }

    kernel Reduce {
      params: { TILE: [128, 256], WARPS: [4, 8] }
      shared smem[TILE] : f32

      procedure reduce_tree:
          tid = threadIdx.x
          smem[tid] = x[blockIdx.x * TILE + tid]
          __syncthreads()
          s = TILE // 2
          while s > 0:
              if tid < s:
                  smem[tid] += smem[tid + s]
              else:
                  pass
              __syncthreads()
              s = s >> 1
          if tid == 0:
              y[blockIdx.x] = smem[0]

      assume:
          TILE is a power of 2
          aligned(x, 16)
    }
}
