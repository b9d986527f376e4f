/*
 * Inside of a model.
 */
#ifndef CR_MODEL_MODEL_H
#define CR_MODEL_MODEL_H

#include <cradle/model.h>

struct cr_model {
    const struct cr_node *layers; /* NULL while there are none */
    char *text;                   /* of a model made by cr_model_add: its file, */
    struct cr_config *config;     /* and what that says */
};

/* Where the file says how a parameter begins; NULL: it does not. Of the model's config. */
const struct cr_node *cr_network_init_node(const struct cr_network *network, const char *param);

#endif
