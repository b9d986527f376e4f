/*
 * cradle/model.h - layers, inits, losses and metrics; a model (a list of layers) and a network (a model built for one
 * shape of data: graph and parameters).
 *
 *     cr_model_new(&model, &err);
 *     cr_model_add(model, &err, "conv: {filters: %d, kernel: 5}", 32);
 *     cr_model_add(model, &err, "relu");
 *     cr_model_add(model, &err, "dense: 10");
 *     cr_network_new(&network, context, model, &(struct cr_network_options){.height = 28, ...}, &err);
 */
#ifndef CRADLE_MODEL_H
#define CRADLE_MODEL_H

#include <cradle/base.h>
#include <cradle/config.h>
#include <cradle/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

extern CR_API const struct cr_registry cr_layers, cr_inits, cr_losses, cr_metrics;

/* ------------------------------------------------------------------------------------------------------------ model */

struct cr_model;

CR_API enum cr_status cr_model_new(struct cr_model **model, struct cr_error *err); /* without layers */
/* The `model` section of a config, which must live as long as the model. */
CR_API enum cr_status cr_model_from_node(struct cr_model **model, const struct cr_node *node, struct cr_error *err);
/* One more layer at the end, as it would stand in a file ("relu", "conv: {filters: 32}"). */
CR_API enum cr_status cr_model_add(struct cr_model *model, struct cr_error *err, const char *format, ...)
    CR_PRINTF(3, 4);
CR_API void cr_model_free(struct cr_model *model);
CR_API int cr_model_count(const struct cr_model *model); /* layers, nested ones not counted */

/* ---------------------------------------------------------------------------------------------------------- network */

struct cr_network_options {
    int64_t height, width, channels;
    int64_t classes;                /* the last layer must have as many outputs; 0: whatever it has */
    bool bytes;                     /* inputs are bytes, scaled by 1/255; else numbers of `dtype`, not scaled */
    const double *mean, *deviation; /* [channels], of the scaled input; NULL: 0 and 1 */
    bool by_pixel;                  /* they are [height][width][channels] */
    int64_t whitened;               /* numbers that whitening makes of a sample; 0: none */
    bool flat;                      /* they are a row; else as many as the sample has, and a picture still */
    const double *whitening;        /* [height * width * channels][whitened]; NULL: 0 */
    const struct cr_node *loss;     /* as in train.loss; NULL: cross-entropy */
    bool soft;                      /* targets are distributions [classes], not labels */
    bool reconstruct;               /* the target is the network's own input, as it comes out of the input op */
    double distill;                 /* weight of a teacher's answers in the loss, which come as the batch's second */
    double temperature;             /* input, softened by this temperature; 0: none */
    uint64_t seed;                  /* of the initial weights */
    enum cr_dtype dtype;            /* CR_F32 (0), or CR_F64 for checks (slow) */
    bool inference;                 /* no memory for gradients */
    const struct cr_node *freeze;   /* as in train.freeze: layers whose weights stay; NULL: none */
};

/* A line of the model's table. */
struct cr_layer_row {
    const char *name;      /* "conv1"; "input" */
    const char *help;      /* what was done by itself, or NULL: "flatten put in before dense1" */
    int depth;             /* of nesting */
    struct cr_shape shape; /* of its output */
    int64_t params;
    int64_t flops; /* of one sample, forward; a multiply-add counts two */
};

/* What a network is asked for, by its loss. */
enum cr_task {
    CR_TASK_CLASS,   /* one class out of many: the largest output is the answer */
    CR_TASK_ANSWERS, /* each output is yes (above 0) or no */
    CR_TASK_NUMBERS, /* the outputs are the answer */
};

/* How good answers are, by one metric. */
struct cr_score {
    const char *metric; /* its name */
    bool share;         /* of something, 0..1; else in a unit of its own */
    double value;       /* NaN of no samples */
};

struct cr_network {
    struct cr_context *context;
    struct cr_graph *graph;
    struct cr_params *params;
    struct cr_shape input, output;
    const struct cr_value *logits; /* [N][classes] */
    enum cr_task task;
    const struct cr_value *probabilities;  /* [N][classes], of the logits: softmax, by the task sigmoid or themselves */
    const struct cr_value *loss;           /* [N] */
    const struct cr_value *target;         /* [N][classes] of a network that reconstructs its input, else NULL */
    const struct cr_entry *const *metrics; /* that fit the loss, ends in NULL; of the first, more is better */
    int layers;
    const struct cr_layer_row *rows; /* [layers] */
    int uncalibrated; /* weights whose init (lsuv, whiten) needs data: cr_network_calibrate before the training */
};

/* Builds the graph and draws the initial weights. Errors name the layer: where, what it got, what to do. */
CR_API enum cr_status cr_network_new(struct cr_network **network, struct cr_context *context,
                                     const struct cr_model *model, const struct cr_network_options *options,
                                     struct cr_error *err);
/* Scales the weights whose init needs data, by what the network makes of these inputs: a training batch. */
CR_API enum cr_status cr_network_calibrate(struct cr_network *network, const struct cr_feed *feed,
                                           struct cr_error *err);
CR_API void cr_network_free(struct cr_network *network);

#ifdef __cplusplus
}
#endif
#endif
