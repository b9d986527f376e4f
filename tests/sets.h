/*
 * Small data sets in the files of known formats, made in the folder of the test.
 */
#ifndef CR_TESTS_SETS_H
#define CR_TESTS_SETS_H

#include "pictures.h"

#include <zlib.h>

#include "base/file.h"
#include "data/dataset.h"

static struct cr_error err;

/* Whether CRADLE_DATA has it. */
static inline bool have(const char *name)
{
    char *path = NULL;
    enum cr_status status = cr_data_find(name, &path, &err);
    free(path);
    return status == CR_OK;
}

static inline void close_dataset(struct cr_dataset *dataset)
{
    assert_non_null(dataset);
    cr_dataset_free(dataset);
}

/* ------------------------------------------------------------------------------------------------------------- IDX */

static inline void write_idx(const char *name, uint32_t magic, const uint32_t *dimensions, int rank,
                             const uint8_t *content, size_t size, bool zipped)
{
    uint8_t header[20];
    char path[512];
    put_big_endian(header, magic);
    for (int i = 0; i < rank; i++)
        put_big_endian(header + 4 + 4 * i, dimensions[i]);
    gzFile file = gzopen(path_in(here.folder, name, path), zipped ? "wb" : "wbT");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, header, (unsigned)(4 + 4 * rank)), 4 + 4 * rank);
    if (size)
        assert_int_equal(gzwrite(file, content, (unsigned)size), size);
    assert_int_equal(gzclose(file), Z_OK);
}

/* Four pictures of 2x3 with the labels 0 2 1 0 as a.img and a.lab, and three as b.img.gz and b.lab.gz. */
static const uint8_t content[24] = {0,  1,  2,  3,  4,  5,  10, 11, 12, 13, 14, 15,
                                    20, 21, 22, 23, 24, 25, 30, 31, 32, 33, 34, 35};

static inline void write_pairs(void)
{
    write_idx("a.img", 0x803, (uint32_t[]){4, 2, 3}, 3, content, 24, false);
    write_idx("a.lab", 0x801, (uint32_t[]){4}, 1, (uint8_t[]){0, 2, 1, 0}, 4, false);
    write_idx("b.img.gz", 0x803, (uint32_t[]){3, 2, 3}, 3, content, 18, true);
    write_idx("b.lab.gz", 0x801, (uint32_t[]){3}, 1, (uint8_t[]){1, 1, 0}, 3, true);
}

/* -------------------------------------------------------------------------------------------------------- CIFAR-10 */

static inline void write_cifar(const char *name, int count, uint8_t first_label)
{
    uint8_t record[3073];
    char path[512];
    FILE *file = fopen(path_in(here.folder, name, path), "wb");
    assert_non_null(file);
    for (int i = 0; i < count; i++) {
        record[0] = (uint8_t)(first_label + i);
        for (int c = 0; c < 3; c++)
            for (int p = 0; p < 1024; p++)
                record[1 + c * 1024 + p] = (uint8_t)(p + 80 * c + i);
        assert_int_equal(fwrite(record, 1, sizeof record, file), sizeof record);
    }
    fclose(file);
}

#endif
