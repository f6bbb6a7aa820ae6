using System.Globalization;
using System.Text;
using Dapper;
using Patchbay.Billing;

namespace Patchbay.Storage;

/// <summary>A query about usage as SQL: names from <see cref="UsageColumns"/>, everything else as parameters.</summary>
internal sealed class UsageStatement
{
    private readonly UsageQuery _query;
    private readonly UsageDialect _dialect;
    private readonly StringBuilder _text = new();

    private UsageStatement(UsageQuery query, UsageDialect dialect)
    {
        _query = query;
        _dialect = dialect;
    }

    /// <summary>Its parameters.</summary>
    public DynamicParameters Parameters { get; } = new();

    /// <summary>Its text. A row has the time; the sums in their order; three percentiles; how many rows there were before
    /// limits; then for each dimension its value, what it is read as and its label.</summary>
    public string Text => _text.ToString();

    /// <summary>The statement for a query, given how far roll-ups reach in the view that it will read.</summary>
    public static UsageStatement Of(UsageQuery query, UsageReach reach, UsageDialect dialect)
    {
        var statement = new UsageStatement(query, dialect);
        statement.Write(UsageSpan.Cut(query, reach), reach);
        return statement;
    }

    private void Write(List<UsageSpan> spans, UsageReach reach)
    {
        var groups = new List<string>();
        if (_query.Grain != UsageGrain.Whole)
        {
            groups.Add("bucket");
        }

        for (var i = 0; i < _query.Dimensions.Count; i++)
        {
            groups.Add(Name("d", i));
        }

        _text.Append("WITH part AS (");
        WriteParts(spans, reach);
        _text.Append("), piece AS (SELECT part.*, ").Append(UsageColumns.Derived).Append(", ")
            .Append(_query.Grain == UsageGrain.Whole ? "0" : UsageColumns.Bucket(_query.Grain, _dialect))
            .Append(" AS bucket FROM part), ");
        WriteNumbers(groups);
        _text.Append("grouped AS (SELECT ").Append(_query.Grain == UsageGrain.Whole ? "CAST(NULL AS bigint) AS bucket" : "bucket");
        for (var i = 0; i < _query.Dimensions.Count; i++)
        {
            _text.Append(", ").Append(Name("d", i));
        }

        foreach (var sum in UsageColumns.Sums)
        {
            _text.Append(", CAST(coalesce(sum(").Append(sum).Append("), 0) AS bigint) AS ").Append(sum);
        }

        WritePercentile(50);
        WritePercentile(90);
        WritePercentile(99);
        _text.Append(" FROM ").Append(_query.Percentiles ? "numbered" : "piece");
        if (groups.Count > 0)
        {
            _text.Append(" GROUP BY ").AppendJoin(", ", groups);
        }

        _text.Append("), ranked AS (SELECT grouped.*, row_number() OVER (");
        if (_query.Dimensions.Count > 0)
        {
            _text.Append("PARTITION BY ").AppendJoin(", ", _query.Dimensions.Select((_, i) => Name("d", i))).Append(' ');
        }

        _text.Append("ORDER BY ").Append(Order()).Append(") AS place, count(*) OVER () AS everything FROM grouped), ");
        _text.Append("kept AS (SELECT * FROM ranked WHERE place <= @groupLimit ORDER BY ").Append(Order()).Append(" LIMIT @limit) ");
        WriteResult();
        Parameters.Add("groupLimit", _query.GroupLimit);
        Parameters.Add("limit", _query.Limit);
    }

    private void WriteParts(List<UsageSpan> spans, UsageReach reach)
    {
        var filters = Filters();
        var first = true;
        foreach (var span in spans)
        {
            _text.Append(first ? "" : " UNION ALL ");
            first = false;
            if (span.Grain == 0)
            {
                WriteGenerations(span, filters, isTail: false);
            }
            else
            {
                WriteRollup(span, filters);
            }
        }

        var rolled = spans.FindAll(static span => span.Grain > 0);
        if (rolled.Count > 0)
        {
            // What came after the roll-ups, within their time.
            _text.Append(" UNION ALL ");
            WriteGenerations(new UsageSpan(0, rolled[0].From, rolled[^1].To), filters, isTail: true);
            Parameters.Add("reach", reach.BatchId);
        }

        if (spans.Count == 0)
        {
            WriteGenerations(new UsageSpan(0, 0, 0), filters, isTail: false);
        }

        if (_query.OrganizationId is { } organization)
        {
            Parameters.Add("organization", _dialect.Id(organization));
        }
    }

    private void WriteGenerations(UsageSpan span, string filters, bool isTail)
    {
        var plain = isTail ? _dialect.Unindexed : "";
        _text.Append("SELECT ").Append(_dialect.CreatedAt).Append(" AS at, outcome, is_byok, ").Append(UsageColumns.OfGeneration);
        WriteDimensions();
        _text.Append(" FROM generation WHERE ").Append(plain).Append("created_at >= ").Append(Moment(span.From))
            .Append(" AND ").Append(plain).Append("created_at < ").Append(Moment(span.To));
        if (isTail)
        {
            _text.Append(" AND batch_id > @reach");
        }

        if (_query.OrganizationId is not null)
        {
            _text.Append(" AND ").Append(plain).Append("organization_id = @organization");
        }

        _text.Append(filters);
    }

    private void WriteRollup(UsageSpan span, string filters)
    {
        _text.Append("SELECT bucket AS at, outcome, is_byok, ").Append(UsageColumns.OfRollup);
        WriteDimensions();
        _text.Append(CultureInfo.InvariantCulture,
            $" FROM usage_rollup WHERE grain = {span.Grain} AND bucket >= {span.From} AND bucket < {span.To}");
        if (_query.OrganizationId is not null)
        {
            _text.Append(" AND organization_id = @organization");
        }

        _text.Append(filters);
    }

    private void WriteDimensions()
    {
        for (var i = 0; i < _query.Dimensions.Count; i++)
        {
            _text.Append(", ").Append(UsageColumns.Of(_query.Dimensions[i], _dialect)).Append(" AS ").Append(Name("d", i));
        }
    }

    // Numbers the times to the first byte of each group, from the shortest.
    private void WriteNumbers(List<string> groups)
    {
        if (_query.Percentiles)
        {
            var among = $"(PARTITION BY {string.Join(", ", [.. groups, "timed"])}";
            _text.Append("numbered AS (SELECT piece.*, row_number() OVER ").Append(among)
                .Append(" ORDER BY latency) AS number, count(*) OVER ").Append(among).Append(") AS numbers FROM piece), ");
        }
    }

    private void WritePercentile(int percent)
    {
        _text.Append(_query.Percentiles
            ? string.Create(CultureInfo.InvariantCulture, $", max(CASE WHEN timed = 1 AND number = (numbers * {percent} + 99) / 100 THEN latency END)")
            : ", CAST(NULL AS bigint)");
        _text.Append(CultureInfo.InvariantCulture, $" AS p{percent}");
    }

    private void WriteResult()
    {
        _text.Append("SELECT bucket, ").AppendJoin(", ", UsageColumns.Sums).Append(", p50, p90, p99, everything");
        for (var i = 0; i < _query.Dimensions.Count; i++)
        {
            var (value, label) = UsageColumns.Shown(_query.Dimensions[i], "kept." + Name("d", i));
            _text.Append(", ").Append(Name("d", i)).Append(", ").Append(value).Append(", ").Append(label);
        }

        _text.Append(" FROM kept ORDER BY ").Append(Order());
    }

    private string Order()
    {
        var words = new List<string>();
        var direction = _query.Order is { Descending: true } ? " DESC" : "";
        if (_query.Order?.Measure is { } measure)
        {
            words.Add(UsageColumns.Of(measure) + direction);
        }

        var chosen = -1;
        for (var i = 0; i < _query.Dimensions.Count && _query.Order?.Dimension is { } dimension; i++)
        {
            if (_query.Dimensions[i] == dimension)
            {
                chosen = i;
                AddDimension(words, i, direction);
            }
        }

        words.Add("bucket" + (_query.Order is { Measure: null, Dimension: null } ? direction : ""));
        for (var i = 0; i < _query.Dimensions.Count; i++)
        {
            if (i != chosen)
            {
                AddDimension(words, i, "");
            }
        }

        return string.Join(", ", words);
    }

    // The two databases disagree on where null stands, unless told.
    private void AddDimension(List<string> words, int i, string direction)
    {
        words.Add($"CASE WHEN {Name("d", i)} IS NULL THEN 0 ELSE 1 END{direction}");
        words.Add(Name("d", i) + (UsageColumns.IsText(_query.Dimensions[i]) ? _dialect.ByCodePoint : "") + direction);
    }

    private string Filters()
    {
        var text = new StringBuilder();
        foreach (var filter in _query.Filters)
        {
            var column = UsageColumns.Of(filter.Dimension, _dialect)
                + (UsageColumns.IsText(filter.Dimension) ? _dialect.ByCodePoint : "");
            text.Append(" AND ").Append(filter.Operator switch
            {
                UsageOperator.Equal => $"{column} = {Value(filter.Values[0])}",
                UsageOperator.NotEqual => $"({column} <> {Value(filter.Values[0])} OR {column} IS NULL)",
                UsageOperator.Greater => $"{column} > {Value(filter.Values[0])}",
                UsageOperator.GreaterOrEqual => $"{column} >= {Value(filter.Values[0])}",
                UsageOperator.Less => $"{column} < {Value(filter.Values[0])}",
                UsageOperator.LessOrEqual => $"{column} <= {Value(filter.Values[0])}",
                _ => Set(filter, column),
            });
        }

        return text.ToString();
    }

    private string Set(UsageFilter filter, string column)
    {
        var isOut = filter.Operator == UsageOperator.NotIn;
        var set = filter.Values.Count == 0
            ? isOut ? $"{column} IS NOT NULL" : "1 = 0"
            : $"{column} {(isOut ? "NOT IN" : "IN")} ({string.Join(", ", filter.Values.Select(Value))})";
        return filter.IncludeUnset ? $"({set} OR {column} IS NULL)" : set;
    }

    private string Value(object value)
    {
        var name = Name("v", Parameters.ParameterNames.Count());
        Parameters.Add(name, value is Guid id ? _dialect.Id(id) : value);
        return "@" + name;
    }

    private string Moment(long unixMs)
    {
        var name = Name("t", Parameters.ParameterNames.Count());
        Parameters.Add(name, _dialect.Time(DateTimeOffset.FromUnixTimeMilliseconds(unixMs)));
        return "@" + name;
    }

    private static string Name(string letter, int number) => letter + number.ToString(CultureInfo.InvariantCulture);
}
