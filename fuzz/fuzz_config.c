/*
 * Any bytes as a config file and, behind the first 0 byte, as an override. Reading refuses them, or what was read can
 * be written and read again as the same tree; sections are bound; a model that is small enough is built and makes one
 * step.
 */
#include <stdlib.h>
#include <string.h>

#include <cradle/config.h>
#include <cradle/data.h>
#include <cradle/model.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All large blocks of one input together: a config may ask for any amount. */
struct budget {
    size_t left;
};

static void *take(void *user, size_t size)
{
    struct budget *budget = user;
    if (size > budget->left)
        return NULL;
    budget->left -= size;
    return aligned_alloc(64, (size + 63) / 64 * 64);
}

static void give(void *user, void *block)
{
    (void)user;
    free(block);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_tree(const struct cr_node *a, const struct cr_node *b)
{
    if (a->kind != b->kind || a->count != b->count || !same_text(a->key, b->key) || !same_text(a->tag, b->tag) ||
        !same_text(a->text, b->text))
        return false;
    for (a = a->first, b = b->first; a && b; a = a->next, b = b->next)
        if (!same_tree(a, b))
            return false;
    return !a && !b;
}

static void write_and_read(const struct cr_node *root)
{
    struct cr_writer *writer = cr_writer_new();
    struct cr_config *again;
    char *text;
    if (!writer)
        return;
    cr_writer_node(writer, "root", root);
    enum cr_status status = cr_writer_take(writer, &text, NULL);
    cr_writer_free(writer);
    if (status != CR_OK)
        return;
    if (cr_config_parse(&again, text, "again", NULL) != CR_OK)
        abort();
    const struct cr_node *copy = cr_node_get(cr_config_root(again), "root");
    if (!copy)
        abort();
    /* The copy has a key, the root has none. */
    struct cr_node bare = *copy;
    bare.key = root->key;
    if (!same_tree(root, &bare))
        abort();
    cr_config_free(again);
    free(text);
}

static void bind_data(struct cr_config *config)
{
    struct cr_data_section *section = calloc(1, cr_options_size(cr_data_section_options));
    if (section)
        cr_bind(config, cr_data_section_options, cr_node_get(cr_config_root(config), "data"), section, NULL);
    free(section);
}

static void step(struct cr_context *context, struct cr_network *network)
{
    enum { COUNT = 2, SIZE = 8 * 7 * 3, MOST_FLOPS = 2000000 };
    static const uint8_t pixels[COUNT * SIZE] = {1, 2, 3, 255};
    static const int32_t labels[COUNT] = {0};
    struct cr_plan *plan;
    struct cr_plan_options options = {.batch = COUNT, .mode = CR_MODE_TRAIN, .loss = network->loss};
    int64_t flops = 0;
    for (int i = 0; i < network->layers && flops <= MOST_FLOPS; i++)
        flops += network->rows[i].flops;
    if (flops > MOST_FLOPS || cr_plan_new(&plan, context, network->graph, network->params, &options, NULL) != CR_OK)
        return;
    cr_plan_run(plan, &(struct cr_feed){.count = COUNT, .inputs = {pixels}, .labels = labels});
    cr_plan_free(plan);
}

static void build(const struct cr_node *node)
{
    struct budget budget = {8 << 20};
    struct cr_context_options options = {.threads = 1, .allocate = take, .release = give, .allocate_user = &budget};
    struct cr_network_options shape = {.height = 8, .width = 7, .channels = 3, .bytes = true};
    struct cr_context *context;
    struct cr_model *model = NULL;
    struct cr_network *network = NULL;
    if (cr_context_new(&context, &options, NULL) != CR_OK)
        return;
    if (cr_model_from_node(&model, node, NULL) == CR_OK &&
        cr_network_new(&network, context, model, &shape, NULL) == CR_OK)
        step(context, network);
    cr_network_free(network);
    cr_model_free(model);
    cr_context_free(context);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cr_config *config;
    struct cr_error err;
    char *text = calloc(1, size + 2);
    if (!text)
        return 0;
    memcpy(text, data, size);
    if (cr_config_parse(&config, text, "fuzz", &err) == CR_OK) {
        if (strlen(text) < size)
            cr_config_set(config, text + strlen(text) + 1, &err);
        write_and_read(cr_config_root(config));
        bind_data(config);
        build(cr_node_get(cr_config_root(config), "model"));
        cr_config_free(config);
    }
    free(text);
    return 0;
}
