using System.Net;
using System.Text;

namespace Patchbay.Api;

/// <summary>A paper as a page of HTML: without scripts, pictures and addresses, made to be printed.</summary>
internal static class PaperHtml
{
    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;color:#1b1b1f;background:#fff;max-width:44rem;margin:3rem auto;padding:0 1.5rem}
        header{display:flex;justify-content:space-between;align-items:baseline;border-bottom:2px solid #1b1b1f;padding-bottom:.5rem}
        h1{font-size:1.6rem;margin:0}
        .parties{display:flex;gap:2rem;margin:2rem 0}
        .parties div{flex:1}
        h2{font-size:.8rem;font-weight:600;color:#5b5b66;margin:0 0 .25rem}
        p{margin:0}
        table{width:100%;border-collapse:collapse}
        th{font-size:.8rem;font-weight:600;color:#5b5b66;text-align:left}
        th,td{padding:.45rem .5rem .45rem 0;border-bottom:1px solid #dcdce2;vertical-align:top}
        .amount{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding-right:0}
        .date{white-space:nowrap;width:7rem}
        tfoot td{border-bottom:0;padding-top:.6rem}
        tfoot tr:last-child td{font-weight:700;font-size:1.1rem}
        footer{margin-top:2.5rem;color:#5b5b66;font-size:.85rem}
        @media print{body{margin:0;max-width:none}}
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
        Party(page, "From", paper.Seller);
        Party(page, "To", paper.Buyer);
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
            page.Append("<p>").Append(Safe(line)).Append("</p>");
        }

        page.Append("</div>");
    }

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
