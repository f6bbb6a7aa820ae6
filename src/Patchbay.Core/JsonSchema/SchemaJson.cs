using System.Text.Json.Serialization;

namespace Patchbay.Core;

/// <summary>Names of members as JSON values.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class SchemaJson : JsonSerializerContext;
