"""scripts/bench language: loops, calls, the start of the program, and the language's share of a training step."""
import program

program.numbers("language")
program.build()
program.five("start, one number, exit", "-e", "1")
program.suite("PMM_BENCHMARK_LANGUAGE", "1", "LanguageBenchmark", "language")
