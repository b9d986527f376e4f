/*
 * cradle data get NAME [--into DIR] [--mirror URL]
 */
#include "data_get.h"

#include <stdio.h>

const char *data_set_word(int index)
{
    return cr_sets.entries[index] ? cr_sets.entries[index]->name : NULL;
}

enum cr_status data_get(struct session *session, const char *name, const char *into, const char *mirror)
{
    char source[4096];
    const char *words[64] = {0};
    if (!cr_registry_find(&cr_sets, name)) {
        for (int i = 0; i < 63 && data_set_word(i); i++)
            words[i] = data_set_word(i);
        const char *nearest = cr_nearest_word(name, words);
        return cr_fail(&session->err, CR_ERROR_ARGUMENT,
                       "%s: no set that can be fetched (mnist, fashion-mnist, kmnist, cifar10, cifar100)%s%s%s", name,
                       nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
    }
    struct cr_get_options options = {
        .into = into, .mirror = mirror, .progress = progress_show, .progress_user = &session->progress};
    CR_TRY(cr_data_get(name, &options, source, sizeof source, &session->err));
    screen_clear(&session->screen);
    printf("data:\n  source: %s\n", source);
    return CR_OK;
}
