using System.Collections;
using System.Reflection;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Storage.Journal;

namespace Patchbay.Storage.Tests;

public sealed class CodecTests
{
    /// <summary>Fills whatever properties the types have, so that a field that is added later fails here until the codec writes
    /// it.</summary>
    [Fact]
    public void Every_property_of_a_settlement_comes_back()
    {
        var settlement = (Settlement)Fill(typeof(Settlement), new Counter());
        foreach (var (path, value) in Leaves(settlement, "Settlement"))
        {
            Assert.False(value is null || value.Equals(Default(value.GetType())), $"{path} was not filled.");
        }

        var read = RoundTrip(settlement);
        Assert.Equal(Leaves(settlement, "Settlement"), Leaves(read, "Settlement"));
    }

    [Fact]
    public void Nothing_comes_back_as_nothing()
    {
        var settlement = new Settlement(Samples.Lean(DateTimeOffset.UnixEpoch) with { Model = "" }, null, []);
        Assert.Equivalent(settlement, RoundTrip(settlement), strict: true);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(long.MaxValue)]
    public void Numbers_of_any_size_come_back(long number)
    {
        var generation = Samples.Lean(DateTimeOffset.MaxValue) with
        {
            Charge = new Money(number),
            PriceVersion = number,
            DurationMs = (int)Math.Clamp(number, int.MinValue, int.MaxValue),
            Usage = new Usage { Searches = number },
        };
        Assert.Equivalent(generation, RoundTrip(new Settlement(generation, "", [])).Generation, strict: true);
    }

    [Theory]
    [InlineData(1, 0, -1, false)]
    [InlineData((1 << 25) - 1, 0, -1, false)]
    [InlineData(1 << 25, 0, -1, true)]
    [InlineData(1L << 44, 0, -1, true)]
    [InlineData(1, 1, -1, true)]
    [InlineData(0, 0, 0, true)]
    [InlineData(3, 5, 7, true)]
    public void Leases_that_have_to_do_with_own_keys_are_of_a_later_version(long mask, long byok, long free, bool isLater)
    {
        var plain = Samples.Settlement(DateTimeOffset.UnixEpoch);
        var leased = plain with
        {
            Leases = new LeaseUse(mask, 9, new DateOnly(2026, 3, 18)) { Byok = new Money(byok), Free = free < 0 ? null : new Money(free) },
        };
        Assert.Equal(leased.Leases, RoundTrip(leased).Leases);
        Assert.Equal(Encode(plain)[0] + (isLater ? 8 : 0), Encode(leased)[0]);
    }

    [Fact]
    public void A_payload_that_is_cut_or_longer_is_refused_at_every_length()
    {
        var whole = Encode(Samples.Settlement(DateTimeOffset.UnixEpoch));
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => SettlementCodec.Read(whole.AsSpan(0, length)));
        }

        Assert.Throws<InvalidDataException>(() => SettlementCodec.Read([.. whole, 0]));
    }

    [Fact]
    public void A_record_of_a_later_version_is_refused_and_named()
    {
        var payload = Encode(Samples.Settlement(DateTimeOffset.UnixEpoch));
        payload[0] = 17;
        var refused = Assert.Throws<InvalidDataException>(() => SettlementCodec.Read(payload));
        Assert.Contains("version 17", refused.Message, StringComparison.Ordinal);
    }

    private static Settlement RoundTrip(Settlement settlement) => SettlementCodec.Read(Encode(settlement));

    private static byte[] Encode(Settlement settlement)
    {
        var buffer = new JournalBuffer();
        SettlementCodec.Write(buffer, settlement);
        return buffer.Span.ToArray();
    }

    private static object Fill(Type type, Counter counter)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var number = counter.Next();
        if (type == typeof(string))
        {
            return $"text {number} é🎈";
        }

        if (type == typeof(Guid))
        {
            return Guid.CreateVersion7();
        }

        if (type == typeof(DateTimeOffset))
        {
            return DateTimeOffset.UnixEpoch.AddDays(20_000 + number).AddTicks(number);
        }

        if (type == typeof(bool))
        {
            return true;
        }

        if (type.IsEnum)
        {
            return Enum.GetValues(type).GetValue(1)!;
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return Convert.ChangeType(number * 1001, type, null);
        }

        if (type == typeof(DateOnly))
        {
            return DateOnly.FromDayNumber(number * 1001);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(type.GenericTypeArguments))!;
            list.Add(Fill(type.GenericTypeArguments[0], counter));
            list.Add(Fill(type.GenericTypeArguments[0], counter));
            return list;
        }

        Assert.True(type.Namespace?.StartsWith("Patchbay.", StringComparison.Ordinal), $"How is a {type} filled?");
        var constructor = type.GetConstructors().MaxBy(candidate => candidate.GetParameters().Length);
        object[] arguments = [.. constructor?.GetParameters().Select(parameter => Fill(parameter.ParameterType, counter)) ?? []];
        var made = Activator.CreateInstance(type, arguments)!;
        foreach (var property in Stored(type))
        {
            property.SetValue(made, Fill(property.PropertyType, counter));
        }

        return made;
    }

    private static IEnumerable<PropertyInfo> Stored(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static List<(string Path, object? Value)> Leaves(object? value, string path)
    {
        switch (value)
        {
            case IEnumerable items and not string:
                return [.. items.Cast<object?>().SelectMany((item, index) => Leaves(item, $"{path}[{index}]"))];
            case { } composite when composite.GetType() is { Namespace: { } name, IsEnum: false } type
                && name.StartsWith("Patchbay.", StringComparison.Ordinal):
                return [.. Stored(type).SelectMany(property => Leaves(property.GetValue(composite), $"{path}.{property.Name}"))];
            default:
                return [(path, value)];
        }
    }

    private static object? Default(Type type) => type.IsValueType ? Activator.CreateInstance(type) : null;

    private sealed class Counter
    {
        private int _last;

        public int Next() => ++_last;
    }
}
