import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './page.css';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';

// Holds on any supergraph: what there is to ask for.
const defaultQuery = `# Ctrl-Space completes, Ctrl-Enter runs. The book shows the whole schema.
# A token goes into the tab "Headers" below.

query WhatThereIs {
  __schema {
    queryType {
      fields {
        name
        description
        args {
          name
        }
      }
    }
  }
}
`;

const defaultHeaders = `{
  // "authorization": "Bearer <token>"
}
`;

// Subscriptions go over a WebSocket, with what stands in "Headers" as its connection parameters.
const subscriptionUrl = new URL(location.pathname, location.href.replace(/^http/, 'ws')).href;

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL
    fetcher={createGraphiQLFetcher({ url: location.pathname, subscriptionUrl })}
    defaultQuery={defaultQuery}
    defaultHeaders={defaultHeaders}
    defaultEditorToolsVisibility="headers"
  />,
);
