/*
 * A source as it stands on the command line.
 */
#include "data_source.h"

#include <stdio.h>
#include <string.h>

#include <cradle/data.h>

#include "cli.h"

enum { SOURCE_MAX = 16384 };

const char *data_format_word(int index)
{
    return cr_formats.entries[index] ? cr_formats.entries[index]->name : NULL;
}

static enum cr_status fail_source(const char *source, struct cr_error *err)
{
    const char *words[64] = {0};
    for (int i = 0; i < 63 && data_format_word(i); i++)
        words[i] = data_format_word(i);
    const char *nearest = cr_nearest_word(source, words);
    return cr_fail(err, CR_ERROR_ARGUMENT,
                   "%s: neither a folder nor a source that is known (`cradle list formats`)%s%s%s", source,
                   nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
}

/* As an override: as it is for a name or a map, and {folder: {path: 'x'}} for a folder. */
enum cr_status data_source_read(struct cr_config **config, const char *source, struct cr_error *err)
{
    static const char head[] = "source={folder: {path: '", tail[] = "'}}";
    char text[SOURCE_MAX];
    size_t used = 0;
    CR_TRY(cr_config_parse(config, "", "command line", err));
    if (strlen(source) > sizeof text / 2 - sizeof head - sizeof tail)
        return cr_fail(err, CR_ERROR_ARGUMENT, "the source is too long");
    if (cr_registry_find(&cr_formats, source) || source[0] == '{') {
        snprintf(text, sizeof text, "source=%s", source);
        return cr_config_set(*config, text, err);
    }
    if (!cli_is_folder(source))
        return fail_source(source, err);
    used = (size_t)snprintf(text, sizeof text, "%s", head);
    for (const char *at = source; *at; at++) {
        if (*at == '\'')
            text[used++] = '\'';
        text[used++] = *at;
    }
    strcpy(text + used, tail);
    return cr_config_set(*config, text, err);
}
