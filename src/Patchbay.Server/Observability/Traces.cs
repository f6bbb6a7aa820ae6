using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Sends spans to a collector, when one is configured.</summary>
internal static class Traces
{
    /// <summary>Begins to send; null, and no cost, without an address. Protocol, headers and timeouts follow the customary
    /// <c>OTEL_EXPORTER_OTLP_…</c> variables.</summary>
    public static TracerProvider? Start(Uri? endpoint, string version) => endpoint is null
        ? null
        : Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateDefault().AddService("patchbay", serviceVersion: version))
            .AddSource(PatchbayTelemetry.Name)
            .AddOtlpExporter(options =>
            {
                // An address that is set in code is used as it is; over HTTP the path of traces belongs to it.
                options.Endpoint = options.Protocol == OtlpExportProtocol.HttpProtobuf
                    && !endpoint.AbsolutePath.EndsWith("/v1/traces", StringComparison.Ordinal)
                        ? new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/v1/traces")
                        : endpoint;
            })
            .Build();
}
