/*
 * JSON values, and those of CSV, on the standard output.
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

/* In quotes, with what JSON does not allow escaped. */
void json_text(const char *text);
/* The shortest decimal that reads back as the same number; NaN and infinity as strings ("nan"). */
void json_number(double value);
/* The same for a float: 0.1f is 0.1. */
void json_float(float value);
/* A field of CSV, in quotes where it needs them (RFC 4180). */
void csv_text(const char *text);

#endif
