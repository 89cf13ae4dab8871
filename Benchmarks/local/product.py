"""scripts/bench product [THREADS]: own products and OpenBLAS's in turn. PMM_KERNELS names a level, and
OPENBLAS_CORETYPE=Haswell lets OpenBLAS do as on a machine without AVX-512."""
import program

[threads] = program.numbers("product [THREADS]", 1)
program.suite("PMM_BENCHMARK_PRODUCT", str(threads), "MatrixProductBenchmark", "GF")
