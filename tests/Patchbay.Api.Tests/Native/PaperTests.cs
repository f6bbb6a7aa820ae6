using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Api.Tests;

/// <summary>Receipts and invoices, as pages and as PDF files that are taken apart again.</summary>
public sealed partial class PaperTests
{
    private const double RightEdge = 539.6;
    private static readonly Guid Organization = Guid.Parse("019aa000-0000-7000-8000-0000deadbeef");
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_invoice_adds_up_and_names_the_receipt_that_each_line_belongs_to()
    {
        var bought = Credit(7, CreditKind.Purchase, 100, 5.5m, null);
        var reversed = Credit(9, CreditKind.Reversal, -20, -0.1m, bought.Id);
        var earlier = Credit(3, CreditKind.Purchase, 50, 2.75m, null);
        var refunded = Credit(11, CreditKind.Refund, -10, 0, earlier.Id);

        var paper = PaperMaker.Invoice(
            new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 22), Organization, [bought, reversed, refunded],
            new Dictionary<Guid, CreditTransaction> { [bought.Id] = bought, [earlier.Id] = earlier },
            Buyer.Nobody with { Name = "A", TaxId = "DE1" }, ["Seller"]);

        Assert.Equal(("I-2026-11-DEADBEEF", "2026-11-22"), (paper.Number, paper.Date));
        Assert.Equal(
            [
                new PaperLine("2026-11-22", "Credits 100.00 and fee 5.50, receipt R-00000007", "105.50"),
                new PaperLine("2026-11-22", "Given back by the payment company, receipt R-00000007", "\u221220.10"),
                new PaperLine("2026-11-22", "Refund, receipt R-00000003", "\u221210.00"),
            ],
            paper.Lines);
        Assert.Equal(["70.00", "5.40", "75.40"], paper.Totals.Select(total => total.Amount));
        Assert.Equal(["A", "Tax id: DE1"], paper.Buyer);
        Assert.Contains("November 2026, which is not over: there may be more.", paper.Notes);
    }

    [Fact]
    public void A_month_that_is_over_is_dated_on_its_last_day()
    {
        var paper = PaperMaker.Invoice(
            new DateOnly(2026, 2, 1), new DateOnly(2026, 3, 1), Organization, [], new Dictionary<Guid, CreditTransaction>(),
            Buyer.Nobody, []);

        Assert.Equal("2026-02-28", paper.Date);
        Assert.Equal(["February 2026.", "No money moved in this month."], paper.Notes.Take(2));
    }

    [Fact]
    public void A_page_shows_every_letter_and_runs_nothing()
    {
        var page = PaperHtml.Write(NewPaper(["<script>alert(1)</script>", "株式会社 & شركة"], 1));

        Assert.Contains("<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>", page, StringComparison.Ordinal);
        Assert.Contains("<bdi>株式会社 &amp; شركة</bdi>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_has_every_text_on_its_pages_and_its_table_points_at_its_objects()
    {
        var pdf = new Pdf(PaperPdf.Write(NewPaper(["Łódź Ελληνικά Москва — Zoë", "12 Straße"], 60)));

        Assert.Equal(3, pdf.Pages);
        Assert.All(pdf.Offsets, offset => Assert.StartsWith(offset.Number + " 0 obj\n", offset.Text, StringComparison.Ordinal));
        Assert.Contains("Łódź Ελληνικά Москва — Zoë", pdf.Texts);
        Assert.Equal(60, pdf.Texts.Count(text => text.StartsWith("Line ", StringComparison.Ordinal)));
        Assert.Equal(3, pdf.Texts.Count(text => text == "Description"));
        Assert.Contains("Page 3", pdf.Texts);
        Assert.DoesNotContain(pdf.Texts, text => text.StartsWith("The letters of this file", StringComparison.Ordinal));
    }

    [Fact]
    public void Long_names_go_on_in_the_next_line_and_no_text_leaves_the_page()
    {
        var name = string.Concat(Enumerable.Repeat("Unterbeamtengesellschaft", 5));

        var pdf = new Pdf(PaperPdf.Write(NewPaper([name, new string('W', 120), "a b " + name], 2)));

        Assert.All(pdf.Ends, end => Assert.InRange(end, 56, RightEdge));
        Assert.Contains(name, string.Concat(pdf.Texts), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_letters_lack_is_one_sign_each_and_the_file_says_where_it_can_be_read()
    {
        var pdf = new Pdf(PaperPdf.Write(NewPaper(["株式 🚀 Zoë a\u200bb"], 1)));

        Assert.Contains("\ufffd\ufffd \ufffd Zoë ab", pdf.Texts);
        Assert.Contains(pdf.Texts, text => text.EndsWith("The same paper as a page (.html) shows them.", StringComparison.Ordinal));
    }

    private static Paper NewPaper(IReadOnlyList<string> buyer, int lines) => new()
    {
        Title = "Receipt",
        Number = "R-1",
        Date = "2026-11-22",
        Seller = ["Example Ltd"],
        Buyer = buyer,
        Lines = [.. Enumerable.Range(0, lines).Select(i => new PaperLine("2026-11-22", $"Line {i}", "1,234.50"))],
        Totals = [new PaperLine("", "Paid, USD", "1,234.50")],
        Notes = ["Small print."],
    };

    private static CreditTransaction Credit(long batch, CreditKind kind, decimal amount, decimal fee, Guid? related) => new()
    {
        BatchId = batch,
        Id = Guid.CreateVersion7(),
        OrganizationId = Organization,
        Kind = kind,
        Amount = Money.FromDollars(amount),
        Fee = Money.FromDollars(fee),
        Paid = Money.FromDollars(amount + fee),
        Reference = $"r{batch}",
        RelatedId = related,
        Actor = "test",
        CreatedAt = Noon,
    };

    // Reads files of our own form only.
    private sealed partial class Pdf
    {
        private readonly byte[] _file;

        public Pdf(byte[] file)
        {
            _file = file;
            var text = Encoding.Latin1.GetString(file);
            Pages = int.Parse(PageCount().Match(text).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            var table = int.Parse(Start().Match(text).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            Assert.StartsWith("xref\n0 ", text[table..], StringComparison.Ordinal);
            Offsets =
            [
                .. Row().Matches(text[table..]).Select((row, i) =>
                    (i + 1, text[int.Parse(row.Groups[1].ValueSpan, CultureInfo.InvariantCulture)..])),
            ];
            var maps = new List<Dictionary<string, char>>();
            var contents = new List<string>();
            foreach (Match stream in Stream().Matches(text))
            {
                var content = Unpack(stream.Index + stream.Length, int.Parse(stream.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
                if (content.StartsWith("/CIDInit", StringComparison.Ordinal))
                {
                    maps.Add(Mapping().Matches(content).ToDictionary(
                        pair => pair.Groups[1].Value,
                        pair => (char)int.Parse(pair.Groups[2].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
                }
                else if (content.StartsWith("BT ", StringComparison.Ordinal))
                {
                    contents.Add(content);
                }
            }

            foreach (Match drawn in contents.SelectMany(content => Drawn().Matches(content)))
            {
                var font = int.Parse(drawn.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                var written = string.Concat(drawn.Groups[4].Value.Chunk(4).Select(code => maps[font][new string(code)]));
                Texts.Add(written);
                var size = double.Parse(drawn.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
                Ends.Add(double.Parse(drawn.Groups[3].ValueSpan, CultureInfo.InvariantCulture)
                    + (font == 1 ? PdfFont.Bold : PdfFont.Regular).Measure(written, size));
            }
        }

        public int Pages { get; }

        public IReadOnlyList<(int Number, string Text)> Offsets { get; }

        public List<string> Texts { get; } = [];

        public List<double> Ends { get; } = [];

        private string Unpack(int start, int length)
        {
            using var packed = new ZLibStream(new MemoryStream(_file, start, length), CompressionMode.Decompress);
            using var content = new MemoryStream();
            packed.CopyTo(content);
            return Encoding.Latin1.GetString(content.ToArray());
        }

        [GeneratedRegex(@"/Type /Pages /Count (\d+)")]
        private static partial Regex PageCount();

        [GeneratedRegex(@"startxref\n(\d+)\n%%EOF\n$")]
        private static partial Regex Start();

        [GeneratedRegex(@"(\d{10}) 00000 n ")]
        private static partial Regex Row();

        [GeneratedRegex(@"<< /Length (\d+) [^>]*>>\nstream\n")]
        private static partial Regex Stream();

        [GeneratedRegex("<([0-9A-F]{4})> <([0-9A-F]{4})>\n")]
        private static partial Regex Mapping();

        [GeneratedRegex(@"BT /F(\d) ([\d.]+) Tf [\d.]+ g 1 0 0 1 ([\d.]+) [\d.]+ Tm <([0-9A-F]+)> Tj ET")]
        private static partial Regex Drawn();
    }
}
