using Patchbay.Server;

KestrelSetup.PreferInlineCompletions();
return await PatchbayCommand.RunAsync(args, Console.Out, Console.Error);
