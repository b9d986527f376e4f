/*
 * The page itself is built from web/ and carried inside the library; here the data go into it. They stand in an element
 * of the type application/json, which a browser does not run: the page's Content-Security-Policy allows its own script
 * alone, by its hash.
 */
#include <string.h>

#include "base/file.h"
#include "report/report.h"

/* web/dist/report.html */
extern const unsigned char cr_embedded_report_html[];
extern const size_t cr_embedded_report_html_size;

static const char mark[] = "<!--cradle-data-->";
static const char before[] = "<script type=\"application/json\" id=\"cradle-data\">";
static const char after[] = "</script>";

static enum cr_status write_pieces(struct cr_file_writer *writer, const char *data, size_t size, struct cr_error *err)
{
    const char *page = (const char *)cr_embedded_report_html, *cut = strstr(page, mark);
    const char *rest = cut ? cut + strlen(mark) : page;
    if (!cut)
        return cr_fail(err, CR_ERROR_FORMAT, "the page in this library has no place for data: build it anew");
    CR_TRY(cr_file_writer_write(writer, page, (size_t)(cut - page), err));
    CR_TRY(cr_file_writer_write(writer, before, strlen(before), err));
    CR_TRY(cr_file_writer_write(writer, data, size, err));
    CR_TRY(cr_file_writer_write(writer, after, strlen(after), err));
    return cr_file_writer_write(writer, rest, cr_embedded_report_html_size - (size_t)(rest - page), err);
}

enum cr_status cr_report_page(const char *path, const char *data, size_t size, struct cr_error *err)
{
    struct cr_file_writer *writer;
    CR_TRY(cr_file_writer_open(&writer, path, err));
    enum cr_status status = write_pieces(writer, data, size, err);
    if (status == CR_OK)
        return cr_file_writer_commit(writer, err);
    cr_file_writer_cancel(writer);
    return status;
}
