/*
 * Shapes: how many numbers, equal or not, and how they are written.
 */
#include <stdio.h>

#include <cradle/graph.h>

int64_t cr_shape_count(struct cr_shape shape)
{
    int64_t count = 1;
    for (int i = 0; i < shape.rank; i++)
        count *= shape.dims[i];
    return count;
}

bool cr_shape_equal(struct cr_shape a, struct cr_shape b)
{
    if (a.rank != b.rank)
        return false;
    for (int i = 0; i < a.rank; i++)
        if (a.dims[i] != b.dims[i])
            return false;
    return true;
}

void cr_shape_describe(struct cr_shape shape, char *text, size_t size)
{
    size_t used = 0;

    if (size == 0)
        return;
    snprintf(text, size, "1");
    for (int i = 0; i < shape.rank && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%lld", i > 0 ? "x" : "", (long long)shape.dims[i]);
}
