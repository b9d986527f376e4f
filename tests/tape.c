/*
 * See tape.h.
 */
#include "tape.h"

#include <math.h>

#include "graph/input.h"

/* ------------------------------------------------------------------------------------------------------------ tape */

static void softmax(const double *x, double *y)
{
    double most = x[0], sum = 0;
    for (int k = 1; k < WIDTH; k++)
        most = fmax(most, x[k]);
    for (int k = 0; k < WIDTH; k++)
        sum += y[k] = exp(x[k] - most);
    for (int k = 0; k < WIDTH; k++)
        y[k] /= sum;
}

static void tape_forward_node(struct tape *t, struct node *node, int count)
{
    const double *a = t->node[node->a].y, *b = t->node[node->b].y, *w = t->param[node->param];
    for (int i = 0; i < count * WIDTH; i++) {
        int n = i / WIDTH, k = i % WIDTH;
        switch (node->kind) {
        case INPUT:
            node->y[i] = t->input[i];
            break;
        case RELU:
            node->y[i] = a[i] > 0 ? a[i] : 0;
            break;
        case ADD:
            node->y[i] = a[i] + b[i];
            break;
        case BIAS:
            node->y[i] = a[i] + w[k];
            break;
        case DENSE:
            node->y[i] = 0;
            for (int j = 0; j < WIDTH; j++)
                node->y[i] += a[n * WIDTH + j] * w[j * WIDTH + k];
            break;
        case SOFTMAX:
            if (k == 0)
                softmax(a + i, node->y + i);
            break;
        default:
            node->y[i] = a[i];
        }
    }
}

static void tape_backward_node(struct tape *t, struct node *node, int count)
{
    double *da = t->node[node->a].dy, *db = t->node[node->b].dy, *dw = t->gradient[node->param];
    const double *a = t->node[node->a].y, *w = t->param[node->param];
    for (int i = 0; i < count * WIDTH; i++) {
        int n = i / WIDTH, k = i % WIDTH;
        double dy = node->dy[i], along = 0;
        switch (node->kind) {
        case INPUT:
            break;
        case RELU:
            da[i] += node->y[i] > 0 ? dy : 0;
            break;
        case ADD:
            da[i] += dy;
            db[i] += dy;
            break;
        case BIAS:
            da[i] += dy;
            dw[k] += dy;
            break;
        case DENSE:
            for (int j = 0; j < WIDTH; j++) {
                da[n * WIDTH + j] += dy * w[j * WIDTH + k];
                dw[j * WIDTH + k] += dy * a[n * WIDTH + j];
            }
            break;
        case SOFTMAX:
            for (int j = 0; j < WIDTH; j++)
                along += node->dy[n * WIDTH + j] * node->y[n * WIDTH + j];
            da[i] += node->y[i] * (dy - along);
            break;
        default:
            da[i] += dy;
        }
    }
}

void tape_run(struct tape *t, int count)
{
    struct node *last = &t->node[t->nodes - 1];
    memset(t->gradient, 0, sizeof t->gradient);
    for (int i = 0; i < t->nodes; i++) {
        tape_forward_node(t, &t->node[i], count);
        memset(t->node[i].dy, 0, sizeof t->node[i].dy);
    }
    for (int n = 0; n < count; n++) {
        softmax(last->y + n * WIDTH, t->p + n * WIDTH);
        t->loss[n] = -log(t->p[n * WIDTH + t->labels[n]]);
        for (int k = 0; k < WIDTH; k++)
            last->dy[n * WIDTH + k] = (t->p[n * WIDTH + k] - (k == t->labels[n])) / count;
    }
    for (int i = t->nodes - 1; i >= 0; i--)
        tape_backward_node(t, &t->node[i], count);
}

void tape_draw(struct tape *t, struct cr_random *random)
{
    memset(t, 0, sizeof *t);
    t->nodes = 2 + (int)cr_random_below(random, MOST_NODES - 2);
    for (int i = 1; i < t->nodes; i++) {
        struct node *node = &t->node[i];
        int recent = i < 4 ? i : 4;
        node->kind = RELU + (enum kind)cr_random_below(random, KINDS - RELU);
        node->a = cr_random_below(random, 4) == 0 ? (int)cr_random_below(random, (uint64_t)i)
                                                  : i - 1 - (int)cr_random_below(random, (uint64_t)recent);
        node->b = (int)cr_random_below(random, (uint64_t)i);
        if (node->kind != BIAS && node->kind != DENSE)
            continue;
        node->param = t->params;
        for (int p = 0; p < t->params && cr_random_below(random, 3) == 0; p++)
            if (t->param_kind[p] == node->kind)
                node->param = p;
        if (node->param == t->params)
            t->param_kind[t->params++] = node->kind;
    }
    for (int p = 0; p < t->params; p++)
        for (int i = 0; i < WIDTH * WIDTH; i++)
            t->param[p][i] = cr_random_normal(random) / 2;
}

void tape_chain(struct tape *t, int count, const enum kind *kinds, int kind_count)
{
    memset(t, 0, sizeof *t);
    t->nodes = 1 + count;
    for (int i = 1; i <= count; i++) {
        t->node[i] = (struct node){.kind = kinds[(i - 1) % kind_count], .a = i - 1, .b = i - 1, .param = t->params};
        if (t->node[i].kind == DENSE || t->node[i].kind == BIAS)
            t->param_kind[t->params++] = t->node[i].kind;
    }
}

void tape_draw_data(struct tape *t, struct cr_random *random)
{
    for (int i = 0; i < SIZE; i++)
        t->input[i] = cr_random_normal(random);
    for (int n = 0; n < BATCH; n++)
        t->labels[n] = (int32_t)cr_random_below(random, WIDTH);
}

/* ---------------------------------------------------------------------------------------------------------- graphs */

static const char *const names[KINDS] = {"input", "relu", "add", "bias", "dense", "flatten", "softmax", "dropout"};

const struct cr_shape tape_row = {.rank = 1, .dims = {WIDTH}}, tape_square = {.rank = 2, .dims = {WIDTH, WIDTH}};
static const struct cr_input_options input_options = {.channels = WIDTH};
static const double no_dropout = 0;
static const max_align_t plain_loss[16]; /* all options of the loss off */

static enum cr_status apply_node(struct tape *t, struct build *b, struct node *node, struct cr_error *err)
{
    struct cr_value *in[2] = {t->node[node->a].value, t->node[node->b].value};
    const void *options = node->kind == DROPOUT ? (const void *)&no_dropout : NULL;
    if (node->kind == BIAS || node->kind == DENSE) {
        struct cr_value **param = &t->param_value[node->param];
        char name[16];
        snprintf(name, sizeof name, "p%d", node->param);
        if (*param == NULL)
            CR_TRY(cr_graph_param(b->graph, name, node->kind == BIAS ? tape_row : tape_square, CR_ROLE_PARAM,
                                  node->kind == DENSE, param, err));
        in[1] = *param;
    }
    return cr_graph_apply(b->graph, cr_op_find(names[node->kind]), options, names[node->kind], in,
                          node->kind == ADD || node->kind == BIAS || node->kind == DENSE ? 2 : 1, &node->value, err);
}

enum cr_status build_graph(struct tape *t, struct build *b, struct cr_error *err)
{
    struct cr_value *in[2], *out[2];
    memset(t->param_value, 0, sizeof t->param_value);
    CR_TRY(cr_graph_new(&b->graph, err));
    CR_TRY(cr_graph_param(b->graph, "mean", tape_row, CR_ROLE_STATE, false, &in[0], err));
    CR_TRY(cr_graph_param(b->graph, "deviation", tape_row, CR_ROLE_STATE, false, &in[1], err));
    CR_TRY(cr_graph_apply(b->graph, cr_op_find("input"), &input_options, "input", in, 2, &t->node[0].value, err));
    for (int i = 1; i < t->nodes; i++)
        CR_TRY(apply_node(t, b, &t->node[i], err));
    CR_TRY(cr_graph_apply(b->graph, cr_op_find("softmax-cross-entropy"), plain_loss, "loss",
                          &t->node[t->nodes - 1].value, 1, out, err));
    b->loss = out[0];
    b->p = out[1];
    CR_TRY(cr_params_new(&b->params, b->context, b->graph, CR_F64, true, err));
    double *values = b->params->values;
    for (int p = 0; p < t->params; p++) {
        const struct cr_param *param = cr_params_find(b->params, t->param_value[p]->name);
        memcpy(values + param->offset, t->param[p], (size_t)param->count * sizeof(double));
    }
    for (int i = 0; i < WIDTH; i++)
        values[cr_params_find(b->params, "deviation")->offset + i] = 1;
    return CR_OK;
}

void build_free(struct build *b)
{
    cr_plan_free(b->plan);
    cr_params_free(b->context, b->params);
    cr_graph_free(b->graph);
    cr_context_free(b->context);
}

void build_open(struct build *b)
{
    struct cr_error err;
    expect_ok(cr_context_new(&b->context, &(struct cr_context_options){.threads = 1}, &err));
}

void build_run(const struct tape *t, struct build *b, int count)
{
    struct cr_feed feed = {.count = count, .inputs = {t->input}, .labels = t->labels};
    cr_plan_run(b->plan, &feed);
}
