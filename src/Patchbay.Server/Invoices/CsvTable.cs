using System.Globalization;
using System.Text;

namespace Patchbay.Server;

/// <summary>A file that cannot be used, with the place where.</summary>
internal sealed class InvoiceException(string message) : Exception(message)
{
    /// <summary>What is wrong with a field.</summary>
    public static InvoiceException At(string file, int line, string column, string reason) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}, column {column}: {reason}"));
}

/// <summary>One record of a CSV file.</summary>
/// <param name="Line">The line on which it begins, from 1.</param>
/// <param name="Fields">Its fields.</param>
internal readonly record struct CsvRecord(int Line, IReadOnlyList<string> Fields);

/// <summary>CSV by RFC 4180, with a first record of names.</summary>
internal sealed class CsvTable
{
    private CsvTable(IReadOnlyList<string> columns, IReadOnlyList<CsvRecord> records)
    {
        Columns = columns;
        Records = records;
    }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The records below them; empty lines left out.</summary>
    public IReadOnlyList<CsvRecord> Records { get; }

    /// <summary>Reads a text.</summary>
    /// <exception cref="InvoiceException">It is not CSV, or a record has another number of fields than there are names.</exception>
    public static CsvTable Read(string text, string file)
    {
        var records = Split(text, file);
        if (records.Count == 0)
        {
            throw new InvoiceException($"{file}, line 1: the file has no first line with the names of the columns.");
        }

        var columns = records[0].Fields.Select(name => name.Trim().TrimStart('\uFEFF')).ToArray();
        foreach (var record in records.Skip(1))
        {
            if (record.Fields.Count != columns.Length)
            {
                throw new InvoiceException(string.Create(CultureInfo.InvariantCulture,
                    $"{file}, line {record.Line}, column {Math.Min(record.Fields.Count, columns.Length) + 1}: the record has {record.Fields.Count} fields, but there are {columns.Length} columns."));
            }
        }

        return new CsvTable(columns, records[1..]);
    }

    /// <summary>Where a column is, by one of its names; -1 when it is not there.</summary>
    public int IndexOf(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            for (var i = 0; i < Columns.Count; i++)
            {
                if (Columns[i].Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return i;
                }
            }
        }

        return -1;
    }

    private static List<CsvRecord> Split(string text, string file)
    {
        var records = new List<CsvRecord>();
        var fields = new List<string>();
        var field = new StringBuilder();
        var line = 1;
        var first = 1;
        var quoted = false;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : '\n';
            if (quoted && i < text.Length)
            {
                if (c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                {
                    field.Append('"');
                    i++;
                }
                else if (c == '"')
                {
                    quoted = false;
                }
                else
                {
                    line += c == '\n' ? 1 : 0;
                    field.Append(c);
                }
            }
            else if (quoted)
            {
                throw new InvoiceException(string.Create(CultureInfo.InvariantCulture,
                    $"{file}, line {first}, column {fields.Count + 1}: a quotation mark is not closed."));
            }
            else if (c == '"' && field.Length == 0)
            {
                quoted = true;
            }
            else if (c is ',' or '\n')
            {
                fields.Add(field.ToString().TrimEnd('\r'));
                field.Clear();
                if (c == '\n')
                {
                    if (fields.Count > 1 || fields[0].Length > 0)
                    {
                        records.Add(new CsvRecord(first, fields.ToArray()));
                    }

                    fields.Clear();
                    line++;
                    first = line;
                }
            }
            else
            {
                field.Append(c);
            }
        }

        return records;
    }
}
