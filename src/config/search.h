/*
 * Search tags: a value of a config file that is to be searched, not given.
 *
 *     !log [low, high]      a number, logarithmic          !logint   a whole one
 *     !uniform [low, high]  a number, evenly               !int      a whole one
 *     !choice [a, b, ...]   one of these, whatever they are; tags inside hold where theirs is chosen
 *
 * A third number in the brackets of a range is the value that a search tries first; of a choice it is the first.
 */
#ifndef CR_CONFIG_SEARCH_H
#define CR_CONFIG_SEARCH_H

#include <cradle/config.h>

enum cr_search_kind { CR_SEARCH_UNIFORM, CR_SEARCH_LOG, CR_SEARCH_INT, CR_SEARCH_LOG_INT, CR_SEARCH_CHOICE };

struct cr_search {
    enum cr_search_kind kind;
    double low, high, first; /* of a range */
};

/* The tags without "!", ends in NULL; by kind. */
extern const char *const cr_search_tags[];
/* Whether a node carries one of them. */
bool cr_search_is(const struct cr_node *node);
/* Reads a tagged node. Errors: no list, not two numbers, an empty range, a logarithmic one that is not above 0, ... */
enum cr_status cr_search_read(struct cr_search *search, const struct cr_node *node, struct cr_error *err);

/*
 * What stands for a tagged node: the text of a scalar, or for a choice the child of the node that was chosen. The text
 * is copied.
 */
typedef enum cr_status cr_search_function(void *user, const struct cr_node *node, char text[32],
                                          const struct cr_node **chosen, struct cr_error *err);
/* A new config, the same but for its tags, in whose place stands what the function says (NULL: they stay). Positions
 * stay.
 */
enum cr_status cr_config_resolve(struct cr_config **resolved, const struct cr_config *config,
                                 cr_search_function *function, void *user, struct cr_error *err);

#endif
