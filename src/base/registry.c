/*
 * Finding things by name, and the nearest name for one that is not there: the optimal string alignment distance
 * (Levenshtein's with swaps of neighbours; Boytsov 2011, section 2.2) in three rows. Case and "_" for "-" cost nothing.
 */
#include <cradle/base.h>

#include <string.h>

enum { LONGEST = 64 }; /* letters of a word that is compared */

const struct cr_entry *cr_registry_find(const struct cr_registry *registry, const char *name)
{
    for (const struct cr_entry *const *entry = registry->entries; *entry; entry++)
        if (strcmp((*entry)->name, name) == 0)
            return *entry;
    return NULL;
}

static char fold(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '_' ? '-' : c;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int distance(const char *a, int a_length, const char *b, int b_length)
{
    int rows[3][LONGEST + 1]; /* of a's letters i-2, i-1, i against all of b's */
    int *before = rows[0], *last = rows[1], *now = rows[2];
    for (int j = 0; j <= b_length; j++)
        last[j] = j;
    for (int i = 1; i <= a_length; i++) {
        now[0] = i;
        for (int j = 1; j <= b_length; j++) {
            bool same = fold(a[i - 1]) == fold(b[j - 1]);
            now[j] = smaller(smaller(last[j], now[j - 1]) + 1, last[j - 1] + !same);
            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1]))
                now[j] = smaller(now[j], before[j - 2] + 1);
        }
        int *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b_length];
}

const char *cr_nearest_word(const char *word, const char *const *words)
{
    size_t length = strlen(word);
    if (length == 0 || length > LONGEST)
        return NULL;
    int limit = length < 6 ? 1 : (int)length / 3;
    const char *nearest = NULL;
    int least = smaller(limit + 1, (int)length);
    for (; *words; words++) {
        size_t other = strlen(*words);
        if (other > LONGEST)
            continue;
        int far = distance(word, (int)length, *words, (int)other);
        if (far < least) {
            least = far;
            nearest = *words;
        }
    }
    return nearest;
}
