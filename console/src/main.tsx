import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/client";
import "./index.css";
import { router } from "./router";
import { onKeyChange, refuseKey, takeKeyFromAddress } from "./session/credential";

takeKeyFromAddress();
window.addEventListener("hashchange", takeKeyFromAddress);

const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => error instanceof ApiError && error.status === 401 && refuseKey(error.key),
  }),
  defaultOptions: {
    queries: {
      // What the caller did wrong stays wrong; everything else is worth another try.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: true,
    },
  },
});

// What one key could see is not for the next one.
const open: readonly unknown[] = ["system", "models", "model", "endpoints", "providers"];
onKeyChange(() => queries.removeQueries({ predicate: ({ queryKey }) => !open.includes(queryKey[0]) }));

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
