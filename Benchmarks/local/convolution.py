"""scripts/bench convolution [THREADS]: convolutions beside the products of images that are unrolled already."""
import program

[threads] = program.numbers("convolution [THREADS]", 1)
program.suite("PMM_BENCHMARK_CONVOLUTION", str(threads), "ConvolutionTests/times", "milliseconds")
