using System.Net;
using System.Text;

namespace Patchbay.Api;

/// <summary>A paper as a page of HTML: without scripts, pictures and addresses, made to be printed.</summary>
internal static class PaperHtml
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1b1b1f;--quiet:#5b5b66;--line:#dcdce2;--page:#fff}
        @media (prefers-color-scheme:dark){:root{--ink:#ececf1;--quiet:#a4a4b2;--line:#3a3a44;--page:#17171b}}
        @media print{:root{color-scheme:light;--ink:#000;--quiet:#444;--line:#bbb;--page:#fff}}
        body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:44rem;margin:3rem auto;padding:0 1.5rem;overflow-wrap:anywhere}
        header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:0 2rem;border-bottom:2px solid var(--ink);padding-bottom:.5rem}
        h1{font-size:1.6rem;margin:0}
        .parties{display:flex;flex-wrap:wrap;gap:1.5rem 2rem;margin:2rem 0}
        .parties div{flex:1 1 15rem;min-width:0}
        h2{font-size:.8rem;font-weight:600;color:var(--quiet);margin:0 0 .25rem}
        p{margin:0}
        table{width:100%;border-collapse:collapse}
        th{font-size:.8rem;font-weight:600;color:var(--quiet);text-align:left}
        th,td{padding:.45rem .5rem .45rem 0;border-bottom:1px solid var(--line);vertical-align:top}
        .amount{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding-right:0}
        .date{white-space:nowrap;width:7rem}
        tr{break-inside:avoid}
        tfoot{display:table-row-group}
        tfoot td{border-bottom:0;padding-top:.6rem}
        tfoot tr:last-child td{font-weight:700;font-size:1.1rem}
        footer{margin-top:2.5rem;color:var(--quiet);font-size:.85rem}
        @page{margin:18mm}
        @media print{body{margin:0;padding:0;max-width:none}}
        """;

    /// <summary>Draws it.</summary>
    public static string Write(Paper paper)
    {
        var page = new StringBuilder(4096)
            .Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
            .Append(Safe($"{paper.Title} {paper.Number}")).Append("</title>\n<style>\n").Append(Style)
            .Append("\n</style>\n</head>\n<body>\n<header><h1>").Append(Safe(paper.Title)).Append("</h1><p>")
            .Append(Safe($"{paper.Number}, {paper.Date}")).Append("</p></header>\n<div class=\"parties\">");
        Party(page, "Seller", paper.Seller);
        Party(page, "Buyer", paper.Buyer);
        page.Append("</div>\n<table>\n<thead><tr><th class=\"date\">Date</th><th>Description</th><th class=\"amount\">USD</th></tr></thead>\n<tbody>\n");
        foreach (var line in paper.Lines)
        {
            page.Append("<tr><td class=\"date\">").Append(Safe(line.Date)).Append("</td><td>").Append(Safe(line.Text))
                .Append("</td><td class=\"amount\">").Append(Safe(line.Amount)).Append("</td></tr>\n");
        }

        page.Append("</tbody>\n<tfoot>\n");
        foreach (var total in paper.Totals)
        {
            page.Append("<tr><td></td><td>").Append(Safe(total.Text)).Append("</td><td class=\"amount\">")
                .Append(Safe(total.Amount)).Append("</td></tr>\n");
        }

        page.Append("</tfoot>\n</table>\n<footer>");
        foreach (var note in paper.Notes)
        {
            page.Append("<p>").Append(Safe(note)).Append("</p>");
        }

        return page.Append("</footer>\n</body>\n</html>\n").ToString();
    }

    private static void Party(StringBuilder page, string title, IReadOnlyList<string> lines)
    {
        page.Append("<div>");
        if (lines.Count > 0)
        {
            page.Append("<h2>").Append(title).Append("</h2>");
        }

        foreach (var line in lines)
        {
            // Whatever its direction, a line does not turn the ones around it.
            page.Append("<p><bdi>").Append(Safe(line)).Append("</bdi></p>");
        }

        page.Append("</div>");
    }

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
