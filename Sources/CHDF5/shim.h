#pragma once
// The part of HDF5 that Swift cannot import by itself: types, property lists and flags are macros, and the error stack is
// walked by a callback. Everything here is a plain function; names start with pmm_h5_.
#define H5_USE_110_API 1
#include <hdf5.h>
#include <hdf5_hl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

// Types as they stand in files.
static inline hid_t pmm_h5_float32(void) { return H5Tcopy(H5T_IEEE_F32LE); }
static inline hid_t pmm_h5_float64(void) { return H5Tcopy(H5T_IEEE_F64LE); }
static inline hid_t pmm_h5_int32(void) { return H5Tcopy(H5T_STD_I32LE); }
static inline hid_t pmm_h5_int64(void) { return H5Tcopy(H5T_STD_I64LE); }
static inline hid_t pmm_h5_int16(void) { return H5Tcopy(H5T_STD_I16LE); }
static inline hid_t pmm_h5_int8(void) { return H5Tcopy(H5T_STD_I8LE); }
static inline hid_t pmm_h5_uint64(void) { return H5Tcopy(H5T_STD_U64LE); }
static inline hid_t pmm_h5_uint32(void) { return H5Tcopy(H5T_STD_U32LE); }
static inline hid_t pmm_h5_uint16(void) { return H5Tcopy(H5T_STD_U16LE); }
static inline hid_t pmm_h5_uint8(void) { return H5Tcopy(H5T_STD_U8LE); }

// IEEE half precision: sign at bit 15, 5 bits of exponent at 10, 10 bits of mantissa.
static inline hid_t pmm_h5_float16(void) {
  hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(type, 15, 10, 5, 0, 10);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, 15);
  return type;
}

// The upper half of a float32: sign at bit 15, 8 bits of exponent at 7, 7 bits of mantissa.
static inline hid_t pmm_h5_bfloat16(void) {
  hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(type, 15, 7, 8, 0, 7);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, 127);
  return type;
}
static inline hid_t pmm_h5_float32_big_endian(void) { return H5Tcopy(H5T_IEEE_F32BE); }

// Types in memory.
static inline hid_t pmm_h5_native_double(void) { return H5Tcopy(H5T_NATIVE_DOUBLE); }
static inline hid_t pmm_h5_native_int64(void) { return H5Tcopy(H5T_NATIVE_INT64); }

// Text of a fixed number of bytes, padded with zeros; marked as ASCII or as UTF-8.
static inline hid_t pmm_h5_fixed_text(size_t bytes, bool is_utf8) {
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, bytes);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, is_utf8 ? H5T_CSET_UTF8 : H5T_CSET_ASCII);
  return type;
}

// UTF-8 text of any length, as h5py writes it.
static inline hid_t pmm_h5_variable_text(void) {
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

// Superblock 2 with checksums, readable by every tool since HDF5 1.8; closing the file closes all that is open in it.
static inline hid_t pmm_h5_access(void) {
  hid_t list = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_V18);
  H5Pset_fclose_degree(list, H5F_CLOSE_STRONG);
  return list;
}

// For reading, files of every version that the library knows.
static inline hid_t pmm_h5_read_access(void) {
  hid_t list = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fclose_degree(list, H5F_CLOSE_STRONG);
  return list;
}

// Creation lists: order kept, times left out, so that equal contents give equal bytes.
static inline hid_t pmm_h5_file_creation(void) {
  hid_t list = H5Pcreate(H5P_FILE_CREATE);
  H5Pset_link_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_attr_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_obj_track_times(list, false);
  return list;
}
static inline hid_t pmm_h5_group_creation(void) {
  hid_t list = H5Pcreate(H5P_GROUP_CREATE);
  H5Pset_link_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_attr_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_obj_track_times(list, false);
  return list;
}
static inline hid_t pmm_h5_dataset_creation(void) {
  hid_t list = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_attr_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_obj_track_times(list, false);
  return list;
}
static inline hid_t pmm_h5_link_creation(void) {
  hid_t list = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_char_encoding(list, H5T_CSET_UTF8);
  return list;
}

// Creates a file that must not be there yet.
static inline hid_t pmm_h5_create_new(const char *path, hid_t creation, hid_t access) {
  return H5Fcreate(path, H5F_ACC_EXCL, creation, access);
}
static inline hid_t pmm_h5_open_to_read(const char *path, hid_t access) { return H5Fopen(path, H5F_ACC_RDONLY, access); }
static inline hid_t pmm_h5_default(void) { return H5P_DEFAULT; }
static inline hid_t pmm_h5_scalar(void) { return H5Screate(H5S_SCALAR); }
static inline herr_t pmm_h5_write(hid_t dataset, hid_t type, const void *values) {
  return H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
}
static inline herr_t pmm_h5_read(hid_t dataset, hid_t type, void *values) {
  return H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
}
// What says that an object is used along one of its dimensions, as the dimension-scale convention lays it out.
typedef struct {
  hobj_ref_t dataset;
  int dimension;
  int padding; // always 0, so that equal contents give equal bytes
} pmm_h5_use;

static inline herr_t pmm_h5_reference(hid_t object, hobj_ref_t *reference) {
  return H5Rcreate(reference, object, ".", H5R_OBJECT, -1);
}

// Names the scale of each dimension of a dataset. The library's own call also rewrites the list at the scale each time, which
// takes time and room with the square of the number of datasets.
static inline herr_t pmm_h5_write_scales(hid_t dataset, size_t rank, hobj_ref_t *scales) {
  hvl_t lists[32];
  if (rank > 32) return -1;
  for (size_t i = 0; i < rank; i++) lists[i] = (hvl_t){1, scales + i};
  hsize_t count = rank;
  hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ), space = H5Screate_simple(1, &count, NULL);
  hid_t attribute = H5Acreate2(dataset, "DIMENSION_LIST", type, space, H5P_DEFAULT, H5P_DEFAULT);
  herr_t status = attribute < 0 ? -1 : H5Awrite(attribute, type, lists);
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
  return status;
}

// Names the datasets that use a scale, all at once.
static inline herr_t pmm_h5_write_uses(hid_t scale, size_t uses, const pmm_h5_use *list) {
  hsize_t count = uses;
  hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(pmm_h5_use)), space = H5Screate_simple(1, &count, NULL);
  H5Tinsert(type, "dataset", HOFFSET(pmm_h5_use, dataset), H5T_STD_REF_OBJ);
  H5Tinsert(type, "dimension", HOFFSET(pmm_h5_use, dimension), H5T_NATIVE_INT);
  hid_t attribute = H5Acreate2(scale, "REFERENCE_LIST", type, space, H5P_DEFAULT, H5P_DEFAULT);
  herr_t status = attribute < 0 ? -1 : H5Awrite(attribute, type, list);
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
  return status;
}

// Gives back what HDF5 allocated for text of any length.
static inline herr_t pmm_h5_reclaim(hid_t type, hid_t space, void *values) {
  return H5Dvlen_reclaim(type, space, H5P_DEFAULT, values);
}

// Switches the printing of errors off for the calling thread; the setting counts for no other.
static inline void pmm_h5_quiet(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

typedef struct {
  char *text;
  size_t size;
  size_t used;
} pmm_h5_message;

static inline herr_t pmm_h5_append(unsigned index, const H5E_error2_t *error, void *data) {
  pmm_h5_message *message = (pmm_h5_message *)data;
  if (error->desc == NULL || message->used + 3 >= message->size) return 0;
  int written = snprintf(message->text + message->used, message->size - message->used, "%s%s", index ? ": " : "", error->desc);
  if (written > 0) message->used += (size_t)written;
  if (message->used >= message->size) message->used = message->size - 1;
  return 0;
}

// Joins the descriptions on the error stack, outermost first, cuts them at `size` bytes and clears the stack.
static inline void pmm_h5_take_error(char *text, size_t size) {
  pmm_h5_message message = {text, size, 0};
  text[0] = 0;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, pmm_h5_append, &message);
  H5Eclear2(H5E_DEFAULT);
}

typedef herr_t (*pmm_h5_visit)(const char *name, bool is_hard, void *context);

typedef struct {
  pmm_h5_visit visit;
  void *context;
} pmm_h5_visitor;

static inline herr_t pmm_h5_on_link(hid_t group, const char *name, const H5L_info_t *info, void *data) {
  (void)group;
  pmm_h5_visitor *visitor = (pmm_h5_visitor *)data;
  return visitor->visit(name, info->type == H5L_TYPE_HARD, visitor->context);
}

static inline herr_t pmm_h5_on_attribute(hid_t object, const char *name, const H5A_info_t *info, void *data) {
  (void)object;
  (void)info;
  pmm_h5_visitor *visitor = (pmm_h5_visitor *)data;
  return visitor->visit(name, true, visitor->context);
}

// Visits the links of a group by name; a positive answer of `visit` stops.
static inline herr_t pmm_h5_links(hid_t group, bool by_creation, pmm_h5_visit visit, void *context) {
  pmm_h5_visitor visitor = {visit, context};
  H5_index_t index = by_creation ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
  return H5Literate(group, index, H5_ITER_INC, NULL, pmm_h5_on_link, &visitor);
}

// Visits the names of an object's attributes; opening them one by one by index would be quadratic.
static inline herr_t pmm_h5_attributes(hid_t object, pmm_h5_visit visit, void *context) {
  pmm_h5_visitor visitor = {visit, context};
  return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, pmm_h5_on_attribute, &visitor);
}

// Where an object lies in its file, which tells it from all others; all bits set where that cannot be told.
static inline unsigned long long pmm_h5_address(hid_t object) {
  H5O_info_t info;
  return H5Oget_info(object, &info) < 0 ? ~0ull : (unsigned long long)info.addr;
}
