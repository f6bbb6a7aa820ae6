using System.Buffers.Binary;
using System.Security.Cryptography;
using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>A budget as its owner set it.</summary>
/// <param name="Budget">The limit, whose scope and interval name it.</param>
/// <param name="OrganizationId">Whose scope it is.</param>
/// <param name="CreatedAt">When it was first set, UTC.</param>
/// <param name="UpdatedAt">When it was last set, UTC.</param>
public sealed record BudgetPlan(Budget Budget, Guid OrganizationId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>The percentages at which owners are told where nothing else was said.</summary>
    public static IReadOnlyList<int> UsualPercents { get; } = [50, 80, 100];

    /// <summary>The percentages of the limit at which owners are told, ascending; empty for never.</summary>
    public IReadOnlyList<int> AlertPercents { get; init; } = UsualPercents;

    /// <summary>Its id: always the same for a scope and an interval.</summary>
    public Guid Id
    {
        get
        {
            Span<byte> name = stackalloc byte[24];
            BinaryPrimitives.WriteInt32BigEndian(name, (int)Budget.Scope.Level);
            Budget.Scope.Id.TryWriteBytes(name[4..], bigEndian: true, out _);
            BinaryPrimitives.WriteInt32BigEndian(name[20..], (int)Budget.Interval);
            Span<byte> hash = stackalloc byte[32];
            SHA256.HashData(name, hash);
            // Version 8, RFC 9562: made in a way of our own.
            hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
            hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
            return new Guid(hash[..16], bigEndian: true);
        }
    }
}

/// <summary>What is to become of a budget.</summary>
/// <param name="Scope">Whose.</param>
/// <param name="Interval">Which of its budgets.</param>
/// <param name="Limit">The new limit, more than zero.</param>
public sealed record BudgetChange(BudgetScope Scope, ResetInterval Interval, Money Limit)
{
    /// <summary>Whether calls on own keys count, for all budgets of the scope; null to leave that.</summary>
    public bool? IncludesByok { get; init; }

    /// <summary>The percentages at which owners are told, ascending; null to leave them.</summary>
    public IReadOnlyList<int>? AlertPercents { get; init; }
}

/// <summary>What became of it.</summary>
/// <param name="Plan">The budget as it is now; null when it contradicts another.</param>
/// <param name="Conflict">The other budget of the scope that it contradicts.</param>
public readonly record struct BudgetOutcome(BudgetPlan? Plan, Budget? Conflict);
