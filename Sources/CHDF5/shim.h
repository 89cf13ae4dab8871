#define H5_USE_110_API 1
#include <hdf5.h>
