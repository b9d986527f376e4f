/*
 * NumPy's format of one array (NEP 1, and numpy.lib.format, versions 1.0 to 3.0):
 *
 *     "\x93NUMPY"  major minor  length of the header (2 bytes little-endian; 4 from version 2)
 *     {'descr': '<f4', 'fortran_order': False, 'shape': (60000, 28, 28), }  blanks, a line end
 *     the numbers, without gaps
 *
 * Booleans, whole numbers and floats of 1 to 8 bytes in either byte order; no objects (which would be programs), texts,
 * complex numbers or records. A header is not trusted: what it announces is compared with what its source can hold.
 */
#ifndef CR_DATA_NPY_H
#define CR_DATA_NPY_H

#include <cradle/base.h>

enum { CR_NPY_RANK = 8 };

/* Where the bytes come from: a file, or one inside an archive. */
struct cr_npy_source {
    char name[512]; /* for messages: "digits.npz: x_train" */
    uint64_t most;  /* bytes that it can hold */
    uint64_t left;  /* of memory: bytes that are not read yet */
    void *file;
    /* Reads `size` bytes, or as many as there are: *got. */
    enum cr_status (*read)(struct cr_npy_source *source, void *data, size_t size, size_t *got, struct cr_error *err);
    void (*close)(struct cr_npy_source *source);
};

struct cr_npy {
    struct cr_npy_source source;
    char kind;    /* b: boolean, i, u: whole, f: float */
    int bytes;    /* of a number */
    bool swap;    /* in the other byte order than this machine's */
    bool fortran; /* the first index runs fastest */
    int rank;
    int64_t dims[CR_NPY_RANK]; /* 1 behind those that there are */
    int64_t count;             /* their product */
};

/* Takes the source over, also where it fails, and reads the header. */
enum cr_status cr_npy_open(struct cr_npy *npy, const struct cr_npy_source *source, struct cr_error *err);
/* The same of a file, or of its content, which must stay until the end. */
enum cr_status cr_npy_open_file(struct cr_npy *npy, const char *file, struct cr_error *err);
enum cr_status cr_npy_open_memory(struct cr_npy *npy, const char *name, const void *content, size_t size,
                                  struct cr_error *err);
void cr_npy_close(struct cr_npy *npy);

/*
 * The numbers, which can be read once: in the order of C, or where `planes` an array [n][c][h][w] as [n][h][w][c].
 * Bytes are refused where a number is not whole or not 0..255, floats where one is not finite.
 */
enum cr_status cr_npy_floats(struct cr_npy *npy, bool planes, float *out, struct cr_error *err);
enum cr_status cr_npy_bytes(struct cr_npy *npy, bool planes, uint8_t *out, struct cr_error *err);
/* Numbers of classes: whole, 0..most. */
enum cr_status cr_npy_labels(struct cr_npy *npy, int64_t most, int32_t *out, struct cr_error *err);

/* "60000x28x28" */
void cr_npy_describe(const struct cr_npy *npy, char *text, size_t size);

#endif
