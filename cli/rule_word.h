/*
 * The rules of ensembles as words of an option.
 */
#ifndef CLI_RULE_WORD_H
#define CLI_RULE_WORD_H

#include <cradle/experiment.h>

/* As cli_words. */
static inline const char *rule_word(int index)
{
    const struct cr_entry *entry = cr_rules.entries[index];
    return entry ? entry->name : NULL;
}

#endif
