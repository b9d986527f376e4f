#include "table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 512 };

static int label_of(const struct cr_dimension *dimension, const char *word)
{
    for (int c = 0; c < dimension->count; c++)
        if (strcmp(dimension->labels[c], word) == 0)
            return c;
    return -1;
}

/* One line: the cells as they stand there, choices as their indices, and the score. */
static enum cr_status read_line(struct table *table, char *line, const struct cr_space *space, bool loss,
                                const char *path, struct cr_error *err)
{
    int row = table->rows++;
    for (int column = 0; column < table->columns + 2; column++) {
        char *comma = strchr(line, ','), *end;
        if (comma)
            *comma = 0;
        double number = strtod(line, &end);
        bool none = end == line || *end;
        if (column >= table->columns) {
            double score = none ? (double)NAN : number;
            if (column == table->columns + loss)
                table->score[row] = loss ? score : 1 - score;
        } else if (strcmp(line, "-") == 0) {
            table->cell[row][column] = (double)NAN;
        } else {
            const struct cr_dimension *dimension = cr_space_dimension(space, column);
            bool choice = dimension->kind == CR_CHOICES;
            table->cell[row][column] = choice ? label_of(dimension, line) : number;
            if (choice ? table->cell[row][column] < 0 : none)
                return cr_fail(err, CR_ERROR_FORMAT, "%s:%d: %s cannot be %s", path, row + 2, dimension->name, line);
        }
        if (!comma != (column == table->columns + 1))
            return cr_fail(err, CR_ERROR_FORMAT, "%s:%d: expected %d fields", path, row + 2, table->columns + 2);
        line = comma ? comma + 1 : line;
    }
    return CR_OK;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The values of a column become their places among those that there are. */
static void count_levels(struct table *table, int column)
{
    double values[TABLE_ROWS];
    int count = 0, levels = 0;
    for (int row = 0; row < table->rows; row++)
        if (!isnan(table->cell[row][column]))
            values[count++] = table->cell[row][column];
    qsort(values, (size_t)count, sizeof *values, by_size);
    for (int i = 0; i < count; i++)
        if (i == 0 || values[i] > values[levels - 1])
            values[levels++] = values[i];
    for (int row = 0; row < table->rows; row++)
        for (int level = 0; level < levels; level++)
            if (table->cell[row][column] == values[level]) {
                table->cell[row][column] = level;
                break;
            }
}

enum cr_status table_read(struct table *table, const char *path, const struct cr_space *space, bool loss,
                          struct cr_error *err)
{
    char line[LINE];
    enum cr_status status = CR_OK;
    FILE *file = fopen(path, "r");
    if (!file)
        return cr_fail(err, CR_ERROR_IO, "%s: cannot be read", path);
    table->rows = 0;
    table->columns = cr_space_count(space);
    table->best = (double)INFINITY;
    bool named = fgets(line, sizeof line, file);
    while (named && status == CR_OK && table->rows < TABLE_ROWS && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n")] = 0;
        status = read_line(table, line, space, loss, path, err);
    }
    fclose(file);
    for (int column = 0; column < table->columns; column++)
        if (cr_space_dimension(space, column)->kind == CR_RANGE)
            count_levels(table, column);
    for (int row = 0; row < table->rows; row++)
        table->best = fmin(table->best, table->score[row]);
    return status;
}

double table_regret(const struct table *table, const double *values)
{
    for (int row = 0; row < table->rows; row++) {
        int column = 0;
        while (column < table->columns && (table->cell[row][column] == values[column] ||
                                           (isnan(table->cell[row][column]) && isnan(values[column]))))
            column++;
        if (column == table->columns)
            return table->score[row] - table->best;
    }
    return (double)NAN;
}
