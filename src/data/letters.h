/*
 * Text in pictures.
 */
#ifndef CR_DATA_LETTERS_H
#define CR_DATA_LETTERS_H

#include <stdint.h>

enum { CR_LETTER_WIDTH = 6, CR_LETTER_HEIGHT = 7 }; /* pixels, with the gap behind it */

/*
 * Row `row` of a character: bit 4 is the leftmost pixel, bit 0 the rightmost. Capitals stand for small letters too;
 * what has no letter is a frame.
 */
uint8_t cr_letter_row(char character, int row);

#endif
