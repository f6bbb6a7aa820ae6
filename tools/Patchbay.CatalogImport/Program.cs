using Patchbay.CatalogImport;

if (args is not [var source, var target])
{
    await Console.Error.WriteLineAsync("Usage: Patchbay.CatalogImport SOURCE_FOLDER TARGET_FOLDER");
    return 2;
}

foreach (var (name, text) in DataImport.Convert(source, target))
{
    await File.WriteAllTextAsync(Path.Combine(target, name), text);
    await Console.Out.WriteLineAsync($"{name}: {DataImport.Count(text)} records, {text.Length / 1024} KiB");
}

return 0;
