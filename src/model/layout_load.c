/*
 * From a file into a network. Each of the network's parameters is looked for by its name; where a file has the names of
 * an nn.Sequential, its modules are taken in the order of their numbers.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/graph.h"
#include "model/layout.h"

struct load {
    const struct cr_layout *layout;
    const struct cr_safetensors *file;
    const char *path;
    bool new_head;
    const struct cr_named_tensor **sorted; /* [count of the file]: as the modules' numbers go */
    const struct cr_tensor **tensors;      /* [count of the layout]; NULL: left as it is */
    bool *used;                            /* [count of the file] */
};

/* PyTorch counts the batches that a norm has seen, which changes nothing of what it predicts. */
static bool is_counter(const char *name)
{
    const char *word = strrchr(name, '.');
    return word && strcmp(word, ".num_batches_tracked") == 0;
}

static const char *last_word(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot : name;
}

/* ---------------------------------------------------------------------------------------------- names of nn.Sequential
 */

static bool is_numbered(const struct load *load)
{
    for (int64_t i = 0; i < cr_safetensors_count(load->file); i++) {
        const char *name = cr_safetensors_at(load->file, i)->name;
        if (strspn(name, "0123456789.") != (size_t)(last_word(name) + 1 - name))
            return false;
    }
    return true;
}

/* Numbers by their value: "2.weight" before "10.weight"; within a module by the word. */
static int compare_names(const void *a, const void *b)
{
    const char *x = (*(const struct cr_named_tensor *const *)a)->name;
    const char *y = (*(const struct cr_named_tensor *const *)b)->name;
    for (;;) {
        char *x_end, *y_end;
        unsigned long long m = strtoull(x, &x_end, 10), n = strtoull(y, &y_end, 10);
        if (x_end == x || y_end == y)
            return strcmp(x, y);
        if (m != n)
            return m < n ? -1 : 1;
        if (*x_end != '.' || *y_end != '.')
            return strcmp(x_end, y_end);
        x = x_end + 1;
        y = y_end + 1;
    }
}

static size_t module_length(const char *name)
{
    return (size_t)(last_word(name) - name);
}

/* The module of the layout that item `index` is in, counted from 0. */
static int module_of_item(const struct cr_layout *layout, int index)
{
    int module = 0;
    for (int i = 1; i <= index; i++) {
        const char *last = layout->items[i - 1].name, *name = layout->items[i].name;
        size_t length = module_length(name);
        module += length != module_length(last) || strncmp(last, name, length) != 0;
    }
    return module;
}

/* The tensor of that module, by number, with that last word. */
static const struct cr_named_tensor *find_numbered(const struct load *load, int module, const char *word)
{
    int at = -1;
    const char *last = NULL;
    for (int64_t i = 0; i < cr_safetensors_count(load->file); i++) {
        const char *name = load->sorted[i]->name;
        size_t length = module_length(name);
        if (!last || length != module_length(last) || strncmp(last, name, length) != 0)
            at++;
        last = name;
        if (at == module && strcmp(last_word(name), word) == 0)
            return load->sorted[i];
    }
    return NULL;
}

static const struct cr_named_tensor *find(const struct load *load, int item)
{
    const char *name = load->layout->items[item].name;
    if (load->sorted)
        return find_numbered(load, module_of_item(load->layout, item), last_word(name));
    for (int64_t i = 0; i < cr_safetensors_count(load->file); i++)
        if (strcmp(cr_safetensors_at(load->file, i)->name, name) == 0)
            return cr_safetensors_at(load->file, i);
    return NULL;
}

/* ------------------------------------------------------------------------------------------------------------ checks
 */

static enum cr_status check_shape(const struct load *load, const struct cr_layout_item *item,
                                  const struct cr_named_tensor *found, struct cr_error *err)
{
    struct cr_shape shape = {.rank = found->tensor.rank};
    char theirs[96], ours[96];
    memcpy(shape.dims, found->tensor.dims, sizeof shape.dims);
    cr_shape_describe(shape, theirs, sizeof theirs);
    cr_shape_describe(item->shape, ours, sizeof ours);
    if (!cr_shape_equal(shape, item->shape))
        return cr_fail(err, CR_ERROR_SHAPE, "%s: is of another model: %s is %s in the file and %s in the model%s",
                       load->path, found->name, theirs, ours,
                       item->head ? "; `head: new` begins the last layer anew" : "");
    if (found->tensor.dtype != CR_F32)
        return cr_fail(err, CR_ERROR_FORMAT, "%s: %s has numbers that are no floats of 4 bytes", load->path,
                       found->name);
    const float *numbers = found->tensor.data;
    for (int64_t i = 0; i < item->param->count; i++)
        if (!isfinite(numbers[i]))
            return cr_fail(err, CR_ERROR_FORMAT, "%s: number %lld of %s is %s", load->path, (long long)i, found->name,
                           isnan(numbers[i]) ? "nan" : "infinite");
    return CR_OK;
}

static enum cr_status match(struct load *load, struct cr_error *err)
{
    for (int i = 0; i < load->layout->count; i++) {
        const struct cr_layout_item *item = &load->layout->items[i];
        const struct cr_named_tensor *found = find(load, i);
        for (int64_t j = 0; found && j < cr_safetensors_count(load->file); j++)
            load->used[j] = load->used[j] || cr_safetensors_at(load->file, j) == found;
        if (load->new_head && item->head)
            continue;
        if (!found)
            return cr_fail(err, CR_ERROR_FORMAT, "%s: is of another model: it has no %s", load->path, item->name);
        CR_TRY(check_shape(load, item, found, err));
        load->tensors[i] = &found->tensor;
    }
    return CR_OK;
}

/* A checkpoint of ours also holds the state of its training. */
static bool is_training_state(const char *name)
{
    static const char *const heads[] = {"optimizer.", "gathered.", "average."};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (strncmp(name, heads[i], strlen(heads[i])) == 0)
            return true;
    return false;
}

static enum cr_status check_rest(const struct load *load, struct cr_error *err)
{
    for (int64_t i = 0; i < cr_safetensors_count(load->file); i++) {
        const char *name = cr_safetensors_at(load->file, i)->name;
        if (!load->used[i] && !load->new_head && !is_counter(name) &&
            !(load->layout->kind == CR_LAYOUT_OWN && is_training_state(name)))
            return cr_fail(err, CR_ERROR_FORMAT, "%s: is of another model: it has %s, which the model has not",
                           load->path, name);
    }
    return CR_OK;
}

static void put(const struct cr_layout *layout, const struct cr_layout_item *item, const float *numbers)
{
    struct cr_tensor own = cr_params_tensor(layout->network->params, item->param);
    for (int64_t i = 0; i < item->param->count; i++) {
        int64_t place = cr_layout_place(item, i);
        if (own.dtype == CR_F64)
            ((double *)own.data)[place] = (double)numbers[i];
        else
            ((float *)own.data)[place] = numbers[i];
    }
}

static enum cr_status sort_names(struct load *load, struct cr_error *err)
{
    int64_t count = cr_safetensors_count(load->file);
    load->sorted = malloc(((size_t)count + 1) * sizeof(*load->sorted));
    if (!load->sorted)
        return cr_fail_memory(err);
    for (int64_t i = 0; i < count; i++)
        load->sorted[i] = cr_safetensors_at(load->file, i);
    qsort(load->sorted, (size_t)count, sizeof(*load->sorted), compare_names);
    return CR_OK;
}

enum cr_status cr_layout_load(const struct cr_layout *layout, const struct cr_safetensors *file, const char *path,
                              bool new_head, struct cr_error *err)
{
    enum cr_status status = CR_OK;
    struct load load = {.layout = layout, .file = file, .path = path, .new_head = new_head};
    load.tensors = calloc((size_t)layout->count + 1, sizeof(*load.tensors));
    load.used = calloc((size_t)cr_safetensors_count(file) + 1, sizeof *load.used);
    if (!load.tensors || !load.used)
        CR_GO(cr_fail_memory(err));
    if (layout->kind == CR_LAYOUT_TORCH && is_numbered(&load))
        CR_GO(sort_names(&load, err));
    CR_GO(match(&load, err));
    CR_GO(check_rest(&load, err));
    for (int i = 0; i < layout->count; i++)
        if (load.tensors[i])
            put(layout, &layout->items[i], load.tensors[i]->data);
done:
    free(load.sorted);
    free(load.tensors);
    free(load.used);
    return status;
}
