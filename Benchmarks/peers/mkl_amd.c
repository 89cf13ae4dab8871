/* PyTorch's MKL picks AVX2 on processors of AMD. Preloaded, this one function makes it pick AVX-512 where there is some, so
   that the peer is measured at its best. */
int mkl_serv_intel_cpu_true(void) { return 1; }
